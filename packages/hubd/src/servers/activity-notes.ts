import type { Log } from '@tshub/daemon';
import type { Entry } from './entry.ts';
import { sentenceOf } from './room.ts';
import type { ServersStore } from './servers-store.ts';

/** Last activity of servers: known at once, written down together with what else comes within a moment. */
export class ActivityNotes {
  readonly #store: ServersStore;
  readonly #log: Log;
  readonly #delay: number;
  #due = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: ServersStore, log: Log, delayMs: number) {
    this.#store = store;
    this.#log = log;
    this.#delay = delayMs;
  }

  /** Keeps the later time. */
  note(entry: Entry, at: number): void {
    if (at <= (entry.row.lastActivity ?? 0)) return;
    entry.note({ lastActivity: at });
    this.#due.set(entry.row.id, at);
    this.#timer ??= setTimeout(() => void this.flush(), this.#delay);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const due = this.#due;
    this.#due = new Map();
    if (due.size === 0) return;
    try {
      await this.#store.touch(due);
    } catch (error) {
      this.#log.warn(
        { error },
        `activity of ${due.size} servers could not be written down; the next reports will be: ${sentenceOf(error)}`,
      );
    }
  }
}
