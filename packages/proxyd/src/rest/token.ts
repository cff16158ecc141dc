import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TshubError } from '@tshub/contract';

const credential = 'tshub-proxy.api-token';

/** The API's token: that of `file`, or else of systemd's credential; null when there is none. Throws config_invalid. */
export function loadToken(file: string, credentials: string | undefined): string | null {
  const path = file !== '' ? file : credentials === undefined ? null : join(credentials, credential);
  if (path === null) return null;
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (file === '' && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TshubError('config_invalid', { problem: `the token of the proxy's API cannot be read: ${reason}` });
  }
  // A short one could be guessed by everybody who has a shell here.
  if (/^[\x21-\x7e]{16,}$/.test(text)) return text;
  const problem = `${path}: expected a token of at least 16 characters on one line, such as: openssl rand -hex 32`;
  throw new TshubError('config_invalid', { problem });
}

/** Whether an Authorization header holds the token; takes as long for a nearly right one as for a wrong one. */
export function holdsToken(authorization: string | undefined, token: string): boolean {
  const given = /^(?:token|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
