import type { Entry } from './entry.ts';
import type { ProgressLog } from './progress.ts';
import { type Room, sentenceOf } from './room.ts';
import { sayPlace } from './start-queue.ts';

/** What is left of a start that waited for its turn when the hub ended: nothing was made, and its person may be gone. */
export const forgotten = 'The hub was restarted while this start waited for its turn; please start it again';

/** Waits for the turn of a start, which is told its place. Gives what ends the turn; throws the signal's reason. */
export async function takeTurn(
  room: Room,
  entry: Entry,
  progress: ProgressLog,
  signal: AbortSignal,
): Promise<() => void> {
  const notes: Promise<void>[] = [];
  const endTurn = await room.queue.enter(signal, (ahead) => {
    if (notes.length === 0) notes.push(noteWait(room, entry));
    progress.add({ progress: 0, message: sayPlace(ahead) });
  });
  await Promise.all(notes);
  return endTurn;
}

// In the store alone: to this hub it is no end.
async function noteWait({ store, log }: Room, { row: { id, user, name }, unit }: Entry): Promise<void> {
  try {
    await store.change(id, { lastEnd: forgotten, failed: false });
  } catch (error) {
    log.warn(
      { user, server: name, error },
      `it was not written down that ${unit} waits for its turn, going on: ${sentenceOf(error)}`,
    );
  }
}
