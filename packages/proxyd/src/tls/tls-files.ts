import { createSecureContext, type SecureContext } from 'node:tls';
import { TshubError } from '@tshub/contract';
import { readPem } from './read-pem.ts';

/** What the files of a section hold; undefined for those that it does not name. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Made of them, so that what does not fit together is found before anybody connects. */
  readonly secureContext: SecureContext;
}

/** Files of `section` by the names of its settings: who vouches for the other side, own certificate, own key. Throws config_invalid. */
export function readTlsFiles<Name extends string>(
  section: string,
  settings: Readonly<Record<Name | 'certificate_file' | 'key_file', unknown>>,
  caName: Name,
): TlsFiles {
  const read = (name: Name | 'certificate_file' | 'key_file'): string | undefined => {
    const path = settings[name];
    return typeof path !== 'string' || path === '' ? undefined : readPem(path, `${section}.${name}`);
  };
  const [ca, cert, key] = [read(caName), read('certificate_file'), read('key_file')];
  if ((cert === undefined) !== (key === undefined)) {
    const problem = `${section}: expected certificate_file and key_file both, or neither`;
    throw new TshubError('config_invalid', { problem });
  }
  try {
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { ca, cert, key, secureContext };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TshubError('config_invalid', { problem: `${section}: the certificate cannot be used: ${reason}` });
  }
}
