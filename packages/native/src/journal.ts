import { getSystemErrorName } from 'node:util';
import { addon } from './load.ts';

export type JournalField = readonly [name: string, value: string | Uint8Array];

export const journalSocket = '/run/systemd/journal/socket';

// What journald accepts; anything else it would drop in silence, the whole field with it.
const fieldName = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Sends one entry to the journal. Throws for a bad field name, and (with an errno `code`) when the journal does not take it. */
export function journalSend(fields: readonly JournalField[], socketPath: string = journalSocket): void {
  const result = addon.sendDatagram(socketPath, journalEntry(fields), true);
  if (result === 0) return;
  const code = getSystemErrorName(-result);
  throw Object.assign(new Error(`cannot write to the journal: ${code}`), { code });
}

/** An entry in the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value`, or a length for multi-line values. */
export function journalEntry(fields: readonly JournalField[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => fieldParts(name, value)));
}

function fieldParts(name: string, value: string | Uint8Array): Uint8Array[] {
  if (!fieldName.test(name))
    throw new TypeError(`bad name of a journal field: expected A-Z, 0-9 and _, found "${name}"`);
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (!bytes.includes(0x0a)) return [Buffer.from(`${name}=`), bytes, newline];
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return [Buffer.from(`${name}\n`), length, bytes, newline];
}

const newline = Buffer.from('\n');
