/** The one way that `--json` prints: two spaces, a line feed at the end; 64-bit numbers as numbers. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner), 2)}\n`;
}
