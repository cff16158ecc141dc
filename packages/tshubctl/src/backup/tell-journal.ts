import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type EventName, events } from '@tshub/contract';
import { printable } from '../output/style.ts';

/** Writes an event to the journal by logger(1), as daemons do by themselves; without a journal there is nothing to tell. */
export async function tellJournal(
  event: EventName,
  message: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = journalLines(event, message, fields);
  const logger = spawn('logger', ['--journald'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(logger, 'close').catch(() => undefined);
  logger.stdin.on('error', () => undefined);
  logger.stdin.end(`${lines.join('\n')}\n`);
  await ended;
}

/** A field on each line: what is in a value must not become another one. */
export function journalLines(event: EventName, message: string, fields: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(fields).map(([name, value]) => `TSHUB_${name.toUpperCase()}=${value}`);
  return [
    `MESSAGE=${message}`,
    `MESSAGE_ID=${events[event].id}`,
    'PRIORITY=5',
    'SYSLOG_IDENTIFIER=tshubctl',
    `TSHUB_EVENT=${event}`,
    ...own,
  ].map(printable);
}
