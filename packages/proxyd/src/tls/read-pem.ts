import { readFileSync } from 'node:fs';
import { TshubError } from '@tshub/contract';

/** The text of a file with a certificate or key; throws config_invalid that says whose setting it is and who must be able to read it. */
export function readPem(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof Error && 'code' in error && error.code === 'EACCES';
    const advice = isRefused ? `; run: chgrp tshub-proxy ${path}; chmod 640 ${path}` : '';
    throw new TshubError(
      'config_invalid',
      { problem: `${setting}: cannot be read: ${reason}${advice}` },
      { cause: error },
    );
  }
}
