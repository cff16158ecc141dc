import { mkdir } from 'node:fs/promises';
import type { Settings } from '@tshub/config';
import { acmeFiles, TshubError } from '@tshub/contract';
import { type Certificate, type ContextOptions, makeCertificate } from './certificates.ts';
import { readPem } from './read-pem.ts';
import { readBoth, selfSigned } from './self-signed.ts';

export type TlsSettings = Settings['proxy_tls'];

export interface LoadParts {
  readonly settings: TlsSettings;
  /** Where certificates of our own making are kept. */
  readonly folder: string;
  /** Names and addresses of this host, for a certificate of our own making. */
  readonly hostNames: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The certificates that the settings ask for, the default one first. Throws config_invalid. */
export async function loadCertificates(parts: LoadParts): Promise<readonly Certificate[]> {
  const { settings, folder, hostNames, now } = parts;
  const options = contextOptions(settings);
  if (settings.mode === 'acme') {
    // tshub-acme.service asks for nothing until this is there.
    await mkdir(acmeFiles(folder).challenges, { recursive: true, mode: 0o700 });
    const given = await readBoth(acmeFiles(folder).certificate);
    if (given !== null) return [makeCertificate(given.cert, given.key, 'the certificate of the authority', options)];
  }
  // Until the authority has given one, too.
  if (settings.mode === 'self-signed' || settings.mode === 'acme') {
    const { cert, key } = await selfSigned({ folder, names: hostNames, now });
    return [makeCertificate(cert, key, 'the self-signed certificate', options)];
  }
  if (settings.certificates.length === 0) {
    const problem =
      'proxy_tls.certificates: mode "files" needs one, such as [{ certificate = "/…/fullchain.pem", key = "/…/privkey.pem" }]';
    throw new TshubError('config_invalid', { problem });
  }
  return settings.certificates.map(({ certificate, key }, i) => {
    const where = `proxy_tls.certificates.${i}`;
    const texts = [readPem(certificate, `${where}.certificate`), readPem(key, `${where}.key`)] as const;
    return makeCertificate(...texts, where, options);
  });
}

/** Files whose change means that certificates are to be read again. */
export function filesOf({ mode, certificates, client_ca_file }: TlsSettings, folder: string): string[] {
  const own = mode === 'acme' ? [acmeFiles(folder).certificate] : [];
  const files = mode === 'files' ? certificates.flatMap(({ certificate, key }) => [certificate, key]) : own;
  return client_ca_file === '' ? files : [...files, client_ca_file];
}

export function contextOptions({ ciphers, min_version, client_ca_file }: TlsSettings): ContextOptions {
  return {
    minVersion: `TLSv${min_version}`,
    ...(ciphers === '' ? {} : { ciphers }),
    ...(client_ca_file === '' ? {} : { ca: readPem(client_ca_file, 'proxy_tls.client_ca_file') }),
  };
}
