/** `2026-08-20T12:00:00Z`, `2026-08-20T12:00:00.123000Z`; null for never (peer's contract 2.1). */
export function formatTimestamp(ms: number | null): string | null {
  if (ms === null) return null;
  const text = new Date(ms).toISOString();
  return text.endsWith('.000Z') ? text.replace('.000Z', 'Z') : text.replace('Z', '000Z');
}

const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}(?:[.,]\d+)?))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** Milliseconds since 1970 of an ISO-like text; no offset means UTC; null for anything else. */
export function parseTimestamp(text: string): number | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, date, minutes = '00:00', seconds = '00', offset = 'Z'] = match;
  const ms = Date.parse(`${date}T${minutes}:${seconds.replace(',', '.')}${offsetText(offset)}`);
  return Number.isNaN(ms) ? null : ms;
}

function offsetText(offset: string): string {
  if (/^z$/i.test(offset)) return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0] ?? '+'}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
