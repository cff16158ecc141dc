import { writeSync } from 'node:fs';
import { type JournalField, journalSend } from '@tshub/native';

export type Priority = 'info' | 'notice' | 'warning' | 'error';

const priorities: Readonly<Record<Priority, string>> = { error: '3', warning: '4', notice: '5', info: '6' };

/** Fields of an entry by their names in the journal; undefined ones are left out. */
export type Fields = Readonly<Partial<Record<'TSHUB_USER' | 'TSHUB_FROM' | 'TSHUB_REASON' | 'TSHUB_ERROR', string>>>;

/** Writes one sentence to the journal; to standard error when that is away. Not through the daemons' logger: loading it takes longer than a login. */
export function say(priority: Priority, sentence: string, fields: Fields = {}): void {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  const entry: JournalField[] = [
    ['MESSAGE', sentence],
    ['PRIORITY', priorities[priority]],
    ['SYSLOG_IDENTIFIER', 'tshub-authd'],
    ...given,
  ];
  try {
    journalSend(entry);
  } catch {
    writeSync(2, `<${priorities[priority]}>${sentence}\n`);
  }
}
