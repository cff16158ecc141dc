import type { SecureContext } from 'node:tls';
import type { Settings } from '@tshub/config';
import { readTlsFiles } from './tls-files.ts';

/** How https targets are spoken to. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/** Throws config_invalid for files that cannot be read or do not belong together. */
export function loadUpstreamTls(settings: Settings['proxy_routes']): UpstreamTls {
  const { secureContext } = readTlsFiles('proxy_routes', settings, 'ca_file');
  return { secureContext, rejectUnauthorized: !settings.insecure };
}
