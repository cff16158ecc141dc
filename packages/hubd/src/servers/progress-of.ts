import { TshubError } from '@tshub/contract';
import type { Entry } from './entry.ts';
import { failedEvent, readyEvent } from './progress.ts';
import type { ProgressEvent } from './server.ts';
import { serverLabel } from './server-name.ts';
import { pause } from './waiting.ts';

/** Milliseconds between two looks at a server that is being looked at. */
const lookEvery = 200;

/** What there is to tell of a start: all of it while it lasts, its last event afterwards. Throws not_starting when there is nothing, too_many_requests. */
export function progressOf(
  entry: Entry | undefined,
  user: string,
  name: string,
  signal: AbortSignal,
): AsyncIterable<ProgressEvent> {
  if (entry?.phase === 'ready') return only(readyEvent(user, name));
  if (entry?.phase === 'starting' && entry.run !== null) {
    const { progress } = entry.run;
    if (progress.isFull)
      throw new TshubError('too_many_requests', {
        problem: `the start of ${serverLabel(user, name)} is watched too often already`,
      });
    return progress.listen(signal);
  }
  if (entry?.phase === 'checking') return untilKnown(entry, signal);
  const last = entry?.run?.progress.events.at(-1);
  if (last?.failed === true) return only(last);
  if (entry?.row.failed === true) return only(failedEvent(entry.row.lastEnd));
  throw new TshubError('not_starting', { server: serverLabel(user, name) });
}

/** A start that went on without the hub: how it ends is known when the server was looked at. */
async function* untilKnown(entry: Entry, signal: AbortSignal): AsyncGenerator<ProgressEvent> {
  yield { progress: 50, message: 'The hub was restarted; looking whether the server runs' };
  while (entry.phase === 'checking' || entry.phase === 'stopping') {
    await pause(lookEvery, signal);
    if (signal.aborted) return;
  }
  const { user, name, lastEnd } = entry.row;
  yield entry.phase === 'ready' ? readyEvent(user, name) : failedEvent(lastEnd);
}

async function* only(event: ProgressEvent): AsyncGenerator<ProgressEvent> {
  yield event;
}
