import type { Knex } from 'knex';
import { inChunks } from './chunks.ts';

export interface LateTimesParts {
  readonly db: Knex;
  /** Whose rows have an `id` and a `last_activity`. */
  readonly table: 'servers' | 'users';
  readonly delayMs: number;
  /** Told of times that could not be written down. */
  readonly onLost: (error: unknown, count: number) => void;
}

/** Each row is five values of a statement, of which there may be some thousand at most. */
const rows = 100;

/**
 * The last activity of rows: known at once, written down together with what else comes within a moment, because it comes by the hundred.
 * A crash loses that moment of it, an orderly end nothing.
 */
export class LateTimes {
  readonly #parts: LateTimesParts;
  #due = new Map<number, number>();
  #writing = new Map<number, number>();
  #written: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: LateTimesParts) {
    this.#parts = parts;
  }

  /** Keeps the later time. */
  note(id: number, at: number): void {
    this.#due.set(id, Math.max(at, this.#due.get(id) ?? at));
    this.#timer ??= setTimeout(() => void this.flush(), this.#parts.delayMs).unref();
  }

  /** What the database may not know yet. */
  of(id: number): number | undefined {
    return this.#due.get(id) ?? this.#writing.get(id);
  }

  /** When it returns, the database knows. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#due.size > 0) this.#written = this.#written.then(() => this.#write());
    return this.#written;
  }

  async #write(): Promise<void> {
    const times = (this.#writing = this.#due);
    this.#due = new Map();
    try {
      await this.#parts.db.transaction(async (trx) => {
        await inChunks([...times], async (some) => [await this.#update(trx, some)], rows);
      });
    } catch (error) {
      this.#parts.onLost(error, times.size);
    }
    this.#writing = new Map();
  }

  /** One statement for many rows. A time that is later already stays. */
  #update(trx: Knex, times: ReadonlyArray<readonly [id: number, at: number]>): Promise<unknown> {
    const cases = times.map(() => 'when ? then cast(? as bigint)').join(' ');
    const at = trx.raw(`case id ${cases} end`, times.flat());
    return trx(this.#parts.table)
      .whereIn(
        'id',
        times.map(([id]) => id),
      )
      .andWhere((older) => older.whereNull('last_activity').orWhere('last_activity', '<', at))
      .update({ last_activity: at });
  }
}
