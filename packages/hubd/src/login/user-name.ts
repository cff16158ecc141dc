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

/** For the log: short, on one line, nothing that a terminal would act on. */
export function showUserName(typed: string): string {
  const oneLine = typed.trim().replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
  return oneLine.length > 32 ? `${oneLine.slice(0, 32)}…` : oneLine;
}
