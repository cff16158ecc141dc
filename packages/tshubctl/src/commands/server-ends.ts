import type { ServerEntry } from '@tshub/contract';
import { isoTime, span } from '../output/units.ts';

/** When a server will be stopped for being idle or old, under --json; null when it will not, or that is not known. */
export function endsView(entry: ServerEntry): Record<string, unknown> | null {
  if (entry.endsAt === undefined) return null;
  return {
    at: isoTime(entry.endsAt),
    rule: entry.endsRule,
    why: entry.endsWhy,
    latest: isoTime(entry.endsLatest ?? 0n),
    kept_until: isoTime(entry.keptUntil ?? 0n),
    warned: entry.warned === true,
  };
}

/** `in 25 min`, `now`; '-' for a server that goes on. */
export function endsShort({ endsAt }: ServerEntry, now: number): string {
  if (endsAt === undefined) return '-';
  const seconds = (Number(endsAt) - now) / 1000;
  return seconds <= 0 ? 'now' : `in ${span(seconds)}`;
}

/** The same in a sentence, with why and how far it may be put off. */
export function endsField(entry: ServerEntry, now: number): string {
  const { endsAt, endsLatest = 0n, endsWhy = '', endsRule, keptUntil } = entry;
  if (endsAt === undefined) return '';
  const unless = endsRule === 'idle' ? ' unless used' : '';
  const kept = keptUntil !== undefined && keptUntil >= endsAt ? '; kept by its user' : '';
  const more = endsLatest > endsAt ? `; may be kept until ${isoTime(endsLatest)}` : '';
  return `${endsShort(entry, now)}${unless} (${endsWhy})${kept}${more}`;
}
