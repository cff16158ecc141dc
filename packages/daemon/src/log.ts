import { fstatSync } from 'node:fs';
import type { EventName } from '@tshub/contract';
import { journalSend } from '@tshub/native';
import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { describeError } from './describe-error.ts';
import { journalFields } from './journal-fields.ts';
import { redact } from './redact.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Fields of one record. Values that are secrets by name (password, token, cookie, …) are replaced before they are written. */
export interface LogFields {
  readonly event?: EventName | undefined;
  readonly user?: string | undefined;
  readonly server?: string | undefined;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

export interface LogMethod {
  (fields: LogFields, sentence: string): void;
  (sentence: string): void;
}

/** What everything that logs is given: human sentences, and named fields beside them. */
export interface Log {
  level: string;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  child: (this: Log, fields: LogFields) => Log;
}

export interface LogOptions {
  readonly name: string;
  readonly level?: LogLevel;
  /** Whether records go to the journal as fields; otherwise they are JSON lines on standard output. */
  readonly journal?: boolean;
  /** Injected by tests. */
  readonly send?: typeof journalSend;
  readonly output?: DestinationStream;
}

/** The daemon's log. Redaction is the same wherever records go. */
export function makeLog(options: LogOptions): Log {
  const { name, level = 'info', journal = false, send = journalSend } = options;
  const output = options.output ?? destination({ fd: 1, sync: true });
  const stream = journal ? journalStream(name, send, output) : output;
  const log: Log = pino(
    {
      level,
      base: { program: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { log: redact },
      serializers: { error: describeError, err: describeError },
    },
    stream,
  );
  // What a child has in every record is written once, when it is made, and comes through no formatter. Children inherit this.
  const { child } = log;
  log.child = function (fields) {
    return child.call(this, redact(fields));
  };
  return log;
}

/** Whether standard error is the journal's: JOURNAL_STREAM alone is inherited by programs whose output goes elsewhere. */
export function isUnderJournal(env: NodeJS.ProcessEnv, fd = 2): boolean {
  const [device, inode] = (env['JOURNAL_STREAM'] ?? '').split(':');
  if (!device || !inode) return false;
  try {
    const stat = fstatSync(fd, { bigint: true });
    return String(stat.dev) === device && String(stat.ino) === inode;
  } catch {
    return false;
  }
}

// A journal that is away must not silence the daemon, and still less end it.
function journalStream(name: string, send: typeof journalSend, fallback: DestinationStream): DestinationStream {
  return {
    write(line) {
      try {
        send(journalFields(name, JSON.parse(line) as Record<string, unknown>));
      } catch {
        fallback.write(line);
      }
    },
  };
}
