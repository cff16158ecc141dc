/** Parameters of a spawn page that are not options. */
const reserved: ReadonlySet<string> = new Set(['_xsrf', 'display_name', 'next', 'redirects']);
const prefix = 'opt-';

/**
 * The options in a query or in a form (peer's contract 7.2 and 1.2): lists of texts by name; null when there are none.
 * As soon as one name begins with `opt-`, only such names count, without that prefix.
 */
export function spawnOptions(
  fields: Iterable<readonly [string, string]>,
): Readonly<Record<string, readonly string[]>> | null {
  const given = [...fields].filter(([name]) => !reserved.has(name));
  const prefixed = given.filter(([name]) => name.startsWith(prefix) && name !== prefix);
  const options = new Map<string, string[]>();
  for (const [name, value] of prefixed.length > 0 ? prefixed : given) {
    const key = prefixed.length > 0 ? name.slice(prefix.length) : name;
    options.set(key, [...(options.get(key) ?? []), value]);
  }
  return options.size === 0 ? null : Object.fromEntries(options);
}
