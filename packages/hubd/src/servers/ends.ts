import { TshubError } from '@tshub/contract';

/** When and why a server will be stopped, as the culler last said. Times are milliseconds since 1970. */
export interface ServerEnd {
  /** Where the rules put its end; shown to others with what its user has put off. */
  readonly at: number;
  readonly rule: 'idle' | 'age';
  readonly why: string;
  /** Until when its user may have it kept. */
  readonly latest: number;
  /** The last activity that it was reckoned from, and moves with; 0 for one that does not move. */
  readonly activity: number;
  readonly warned: boolean;
}

interface Times {
  readonly lastActivity: number | null;
  readonly keptUntil: number | null;
}

/** The end as it is now: between two words of the culler, activity moves it, and its user may put it off. */
export function endNow(end: ServerEnd, { lastActivity, keptUntil }: Times): ServerEnd {
  const later = end.rule === 'idle' && end.activity > 0 ? Math.max(0, (lastActivity ?? 0) - end.activity) : 0;
  const moved = end.at + later;
  const latest = end.latest + later;
  const at = Math.max(moved, Math.min(keptUntil ?? 0, latest));
  return { ...end, at, latest, warned: end.warned && at === end.at };
}

/** Until when a server is kept if its user wishes it; null: as long as may be. Throws bad_request for what is not allowed. */
export function keptUntil(end: ServerEnd, wish: number | null, now: number): number {
  const until = wish ?? end.latest;
  if (until <= now)
    throw new TshubError('bad_request', {
      problem: `until: expected a time to come, found ${new Date(until).toISOString()}`,
    });
  if (until > end.latest)
    throw new TshubError('bad_request', {
      problem: `until: expected ${new Date(end.latest).toISOString()} or earlier, found ${new Date(until).toISOString()}; the administrator lets nobody put it off any longer`,
    });
  return until;
}
