import { TshubError } from '@tshub/contract';

const longest = 30;
const slug = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The rule for names of named servers (peer's contract 1.2, the slug of 6.0); '' is the default server and always fits. */
export function isServerName(name: string): boolean {
  return name === '' || (name.length <= longest && slug.test(name));
}

/** Throws bad_request for a name that no server may have. */
export function checkServerName(name: string): void {
  if (isServerName(name)) return;
  throw new TshubError('bad_request', {
    problem: `Invalid server name "${printable(name)}": expected at most ${longest} characters: lower-case letters and digits, single "-" between them, a letter first`,
  });
}

/** How a server is called in sentences. */
export function serverLabel(user: string, name: string): string {
  return name === '' ? `${user}'s server` : `${user}'s server ${name}`;
}

/** Text of unknown origin, made safe to quote in one line: no control characters, at most `length` characters. */
export function printable(text: string, length = 60): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  return clean.length > length ? `${clean.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : clean;
}
