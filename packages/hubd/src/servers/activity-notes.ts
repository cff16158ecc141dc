import type { Knex } from 'knex';
import type { Log } from '@tshub/daemon';
import { LateTimes } from '../db/late-times.ts';
import type { Entry } from './entry.ts';
import { sentenceOf } from './room.ts';

/** Last activity of servers: known at once, written down within a moment. */
export class ActivityNotes {
  readonly #times: LateTimes;

  constructor(db: Knex, log: Log, delayMs: number) {
    const onLost = (error: unknown, count: number): void =>
      log.warn(
        { error },
        `activity of ${count} servers could not be written down; the next reports will be: ${sentenceOf(error)}`,
      );
    this.#times = new LateTimes({ db, table: 'servers', delayMs, onLost });
  }

  /** Keeps the later time; of each sign for itself as well, in memory, for the culler may weigh them. */
  note(entry: Entry, at: number, sign: 'request' | 'report'): void {
    entry.sign(sign, at);
    if (at <= (entry.row.lastActivity ?? 0)) return;
    entry.note({ lastActivity: at });
    this.#times.note(entry.row.id, at);
  }

  flush(): Promise<void> {
    return this.#times.flush();
  }
}
