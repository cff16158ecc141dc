import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { TshubError } from '@tshub/contract';

export interface CookieKeyPlaces {
  /** Made at the first start, readable by the hub alone. */
  readonly file: string;
  /** systemd's folder of credentials; one named `cookie-key` wins over the file. */
  readonly credentials: string | undefined;
}

/** The keys that sign cookies; throws config_invalid for one that is too short or cannot be read. */
export function loadCookieKeys(places: CookieKeyPlaces): readonly string[] {
  const credential = places.credentials === undefined ? null : readKey(`${places.credentials}/cookie-key`);
  return [credential ?? readKey(places.file) ?? makeKey(places.file)];
}

function readKey(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw new TshubError('config_invalid', { problem: `${path}: cannot be read: ${String(error)}` }, { cause: error });
  }
  if (text.length >= 32) return text;
  throw new TshubError('config_invalid', {
    problem: `${path}: expected a key of at least 32 characters, found ${text.length}`,
  });
}

/** Complete from its first moment; of two hubs that start at once the first one's key counts. */
function makeKey(path: string): string {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    } finally {
      rmSync(draft);
    }
  } catch (error) {
    throw new TshubError(
      'config_invalid',
      { problem: `${path}: cannot be written: ${String(error)}` },
      { cause: error },
    );
  }
  const key = readKey(path);
  if (key === null) throw new TshubError('config_invalid', { problem: `${path}: is gone again` });
  return key;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
