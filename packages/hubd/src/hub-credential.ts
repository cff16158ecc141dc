import { readFileSync } from 'node:fs';
import { TshubError } from '@tshub/contract';

/** What systemd handed over under a name (LoadCredential=); undefined when there is nothing. Throws config_invalid. */
export function readCredential(folder: string | undefined, name: string): string | undefined {
  if (folder === undefined) return undefined;
  try {
    return readFileSync(`${folder}/${name}`, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new TshubError(
      'config_invalid',
      { problem: `the credential ${name} cannot be read: ${String(error)}` },
      { cause: error },
    );
  }
}
