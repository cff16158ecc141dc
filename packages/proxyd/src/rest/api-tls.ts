import type { ServerOptions } from 'node:https';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { readTlsFiles } from '../tls/tls-files.ts';

export type ApiTls = Pick<ServerOptions, 'ca' | 'cert' | 'key' | 'minVersion' | 'rejectUnauthorized' | 'requestCert'>;

/** TLS on the API's address; null: plain HTTP. Throws config_invalid for files that cannot be read or do not belong together. */
export function loadApiTls(settings: Settings['proxy_api']): ApiTls | null {
  const { ca, cert, key } = readTlsFiles('proxy_api', settings, 'client_ca_file');
  if (cert === undefined && ca !== undefined) {
    const problem =
      'proxy_api.client_ca_file: expected certificate_file and key_file, too: clients show theirs over TLS';
    throw new TshubError('config_invalid', { problem });
  }
  if (cert === undefined || key === undefined) return null;
  const clients = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  return { cert, key, minVersion: 'TLSv1.2', ...clients };
}
