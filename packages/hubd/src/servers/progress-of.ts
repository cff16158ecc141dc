import { TshubError } from '@tshub/contract';
import type { Entry } from './entry.ts';
import { failedEvent, readyEvent } from './progress.ts';
import type { ProgressEvent } from './server.ts';
import { serverLabel } from './server-name.ts';

/** What there is to tell of a start: all of it while it lasts, its last event afterwards. Throws not_starting when there is nothing. */
export function progressOf(
  entry: Entry | undefined,
  user: string,
  name: string,
  signal: AbortSignal,
): AsyncIterable<ProgressEvent> {
  if (entry?.phase === 'ready') return only(readyEvent(user, name));
  if (entry?.phase === 'starting' && entry.run !== null) return entry.run.progress.listen(signal);
  const last = entry?.run?.progress.events.at(-1);
  if (last?.failed === true) return only(last);
  if (entry?.row.failed === true) return only(failedEvent(entry.row.lastEnd));
  throw new TshubError('not_starting', { server: serverLabel(user, name) });
}

async function* only(event: ProgressEvent): AsyncGenerator<ProgressEvent> {
  yield event;
}
