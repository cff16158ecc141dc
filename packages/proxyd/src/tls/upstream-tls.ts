import { createSecureContext, type SecureContext } from 'node:tls';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { readPem } from './read-pem.ts';

/** How https targets are spoken to. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/** Throws config_invalid for files that cannot be read or do not belong together. */
export function loadUpstreamTls(settings: Settings['proxy_routes']): UpstreamTls {
  const { ca_file, certificate_file, key_file, insecure } = settings;
  const read = (path: string, key: string) => (path === '' ? undefined : readPem(path, `proxy_routes.${key}`));
  const ca = read(ca_file, 'ca_file');
  const cert = read(certificate_file, 'certificate_file');
  const key = read(key_file, 'key_file');
  if ((cert === undefined) !== (key === undefined)) {
    const problem = 'proxy_routes: expected certificate_file and key_file both, or neither';
    throw new TshubError('config_invalid', { problem });
  }
  try {
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { secureContext, rejectUnauthorized: !insecure };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TshubError('config_invalid', { problem: `proxy_routes: the certificate cannot be used: ${reason}` });
  }
}
