import type { Log, LogFields } from '@tshub/daemon';
import type { Knex } from 'knex';
import { type Audit, auditedEvents, type AuditKind } from './audit.ts';
import { type AuditStore, makeAuditStore, type NewEntry } from './audit-store.ts';

export interface AuditTrailParts {
  readonly log: Log;
  readonly clock: { now(): number };
  /** Entries of each kind that are kept. */
  readonly kept?: Readonly<Record<AuditKind, number>>;
  /** Milliseconds that entries may wait for others to be written with. */
  readonly pause?: number;
}

const usualKept: Readonly<Record<AuditKind, number>> = { change: 20_000, login: 20_000, server: 20_000 };
/** Entries that wait at most, while the database is away; the journal has them all. */
const mostWaiting = 5000;
/** Entries written between two looks at how many there are. */
const trimAfter = 500;

/**
 * Keeps a copy of what the hub tells the journal of things done, for the pages of administrators: the hub itself cannot read the
 * journal, and the journal, which the hub cannot change, stays the record (docs/design/decisions/0013).
 */
export class AuditTrail implements Audit {
  /** The log to use instead of the one that was given. */
  readonly log: Log;
  readonly #parts: AuditTrailParts;
  #store: AuditStore | null = null;
  #waiting: NewEntry[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #sinceTrim = trimAfter;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    this.log = listen(parts.log, (fields, says) => this.#note(fields, says));
  }

  /** What was noted before waits until now. */
  open(db: Knex): void {
    this.#store = makeAuditStore(db);
    this.#soon();
  }

  async list(query: Parameters<Audit['list']>[0]): Promise<Awaited<ReturnType<Audit['list']>>> {
    await this.#write();
    return (await this.#store?.list(query)) ?? [];
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#write();
    this.#store = null;
  }

  #note(fields: LogFields, says: string): void {
    const kind = fields.event === undefined ? undefined : kindOf(fields);
    if (kind === undefined || fields.event === undefined) return;
    const text = (name: string): string => {
      const value = fields[name];
      return typeof value === 'string' ? value.slice(0, 255) : '';
    };
    const [user, by] = [text('user'), text('by')];
    this.#waiting.push({
      at: this.#parts.clock.now(),
      event: fields.event,
      kind,
      user,
      // Who logs in does that themselves.
      by: by === '' && kind === 'login' ? user : by,
      from: text('from'),
      via: text('via'),
      says: says.slice(0, 2000),
    });
    if (this.#waiting.length > mostWaiting) this.#waiting.splice(0, this.#waiting.length - mostWaiting);
    this.#soon();
  }

  #soon(): void {
    if (this.#store === null || this.#timer !== undefined || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => void this.#write(), this.#parts.pause ?? 1000);
    this.#timer.unref();
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeNow());
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    const store = this.#store;
    const entries = this.#waiting;
    if (store === null || entries.length === 0) return;
    this.#waiting = [];
    try {
      await store.add(entries);
      this.#sinceTrim += entries.length;
      if (this.#sinceTrim < trimAfter) return;
      this.#sinceTrim = 0;
      await store.trim(this.#parts.kept ?? usualKept);
    } catch (error) {
      this.#parts.log.warn(
        { error },
        'What was done could not be written down for the activity page of administrators; the journal has it, and the hub goes on',
      );
    }
  }
}

/** A token that a program got in the name of somebody is their coming in there; a token that somebody made is a change. */
function kindOf(fields: LogFields): AuditKind | undefined {
  if (fields.event === 'token' && fields['client'] !== undefined) return 'login';
  return fields.event === undefined ? undefined : auditedEvents[fields.event];
}

/** The same log; whoever listens hears what it is told with fields. */
function listen(log: Log, hear: (fields: LogFields, sentence: string) => void): Log {
  const told =
    (name: 'debug' | 'error' | 'fatal' | 'info' | 'trace' | 'warn'): Log['info'] =>
    (...record: [LogFields, string] | [string]) => {
      if (record.length === 1) return log[name](record[0]);
      log[name](record[0], record[1]);
      hear(record[0], record[1]);
    };
  return {
    get level() {
      return log.level;
    },
    set level(level) {
      log.level = level;
    },
    trace: told('trace'),
    debug: told('debug'),
    info: told('info'),
    warn: told('warn'),
    error: told('error'),
    fatal: told('fatal'),
    child: (fields) => listen(log.child(fields), (more, sentence) => hear({ ...fields, ...more }, sentence)),
  };
}
