import { TshubError, type ActivityBody } from '@tshub/contract';
import { parseTimestamp } from '@tshub/http';

/** How far ahead a reported time may be: clocks differ, but not by an hour (peer's contract 6.4). */
const aheadMs = 59 * 60 * 1000;

export interface Report {
  /** The latest time of all; null when there is none. */
  readonly user: number | null;
  readonly servers: ReadonlyArray<{ readonly name: string; readonly at: number }>;
}

/** The times in a report; throws bad_request for one that is empty, unreadable, in the future or about an unknown server. */
export function readReport(body: ActivityBody, now: number, knows: (server: string) => boolean): Report {
  if (body.servers === undefined && body.last_activity === undefined) {
    throw new TshubError('bad_request', { problem: 'Expected at least one of: servers, last_activity' });
  }
  const servers = Object.entries(body.servers ?? {}).map(([name, entry]) => {
    if (!knows(name)) throw new TshubError('bad_request', { problem: `No such server: ${JSON.stringify(name)}` });
    return { name, at: readTime(entry.last_activity, now) };
  });
  const times = servers.map((server) => server.at);
  if (body.last_activity !== undefined) times.push(readTime(body.last_activity, now));
  return { user: times.length === 0 ? null : Math.max(...times), servers };
}

function readTime(text: string, now: number): number {
  const at = parseTimestamp(text);
  if (at === null)
    throw new TshubError('bad_request', { problem: `Not a valid timestamp: ${JSON.stringify(text.slice(0, 64))}` });
  if (at > now + aheadMs)
    throw new TshubError('bad_request', {
      problem: `Rejecting activity from more than an hour in the future: ${text.slice(0, 64)}`,
    });
  return at;
}
