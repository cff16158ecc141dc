import type { Settings } from '@tshub/config';

/** Longest name that is sent to be checked, in characters. */
const longest = 64;

/**
 * The name as it is checked: without spaces around it. Null for what no account can be called;
 * such a login is refused like one of an unknown user.
 */
export function cleanUserName(typed: string): string | null {
  const name = typed.trim();
  if (name === '' || name.length > longest || name.startsWith('-')) return null;
  // Control and format characters, lone surrogates, separators of lines, and what would be a path.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:]/u.test(name) || name === '.' || name === '..') return null;
  return name;
}

/**
 * What the hub calls somebody whom the authenticator calls `name`; null for whom it may not call anything.
 * Accounts of the host keep their spelling: "Bob" and "bob" may be two of them.
 */
export function hubUserName(
  rules: Pick<Settings['login'], 'username_map' | 'username_pattern'>,
  name: string,
  isAccount: boolean,
): string | null {
  const usual = isAccount ? name : name.trim().toLowerCase();
  const mapped = Object.hasOwn(rules.username_map, usual) ? (rules.username_map[usual] ?? usual) : usual;
  if (cleanUserName(mapped) !== mapped) return null;
  const fits = rules.username_pattern === '' || new RegExp(`^(?:${rules.username_pattern})$`, 'u').test(mapped);
  return fits ? mapped : null;
}

/** For the log: short, on one line, nothing that a terminal would act on. */
export function showUserName(typed: string): string {
  const oneLine = typed.trim().replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
  return oneLine.length > 32 ? `${oneLine.slice(0, 32)}…` : oneLine;
}
