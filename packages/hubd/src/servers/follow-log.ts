import type { Entry } from './entry.ts';
import type { ProgressLog } from './progress.ts';
import type { Room } from './room.ts';
import { pause } from './waiting.ts';

const window = 100;

/** Adds what a starting server writes to its journal to the progress, while somebody watches. Returns how to stop it. */
export function followLog(
  room: Room,
  entry: Pick<Entry, 'row' | 'began'>,
  progress: ProgressLog,
  secret: string,
): () => void {
  const stop = new AbortController();
  void follow(room, entry, progress, secret, stop.signal);
  // With a reason, so that none is made up: that would be an error with a stack.
  return () => stop.abort('no longer starting');
}

async function follow(
  room: Room,
  entry: Pick<Entry, 'row' | 'began'>,
  progress: ProgressLog,
  secret: string,
  signal: AbortSignal,
): Promise<void> {
  let seen: readonly string[] = [];
  for (;;) {
    await pause(room.timing.log, signal);
    if (signal.aborted) return;
    // Each reading is a process of its own: not worth it when nobody looks.
    if (!progress.hasListeners) continue;
    const lines = await room.spawner.log(entry.row, window, entry.began).catch(() => seen);
    const fresh = newLines(seen, lines).map((line) => line.replaceAll(secret, '[token]'));
    seen = lines;
    const last = fresh.at(-1);
    if (last !== undefined && !signal.aborted) progress.add({ progress: 60, message: last, log: fresh });
  }
}

/** The lines of a log's later end that its earlier end does not have. */
export function newLines(before: readonly string[], after: readonly string[]): readonly string[] {
  for (let overlap = Math.min(before.length, after.length); overlap > 0; overlap--) {
    const offset = before.length - overlap;
    if (after.slice(0, overlap).every((line, i) => line === before[offset + i])) return after.slice(overlap);
  }
  return after;
}
