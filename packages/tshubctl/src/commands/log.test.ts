import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Input } from '../command.ts';
import { journalArguments, requireJournal } from './log.ts';

const typed = (args: Input['args'], options: Input['options'] = {}, isJson = false): Input => ({
  args,
  options,
  isJson,
});

test('the log is that of the daemons, whatever a server calls itself', () => {
  const units = journalArguments(typed([])).map((one) => one.replace('--unit=', ''));
  expect(units).toContain('tshub.service');
  expect(units.filter((unit) => unit.includes('server'))).toEqual([]);
});

test('filters are those of journalctl and the fields of events', () => {
  const options = { user: ['ada', 'bob'], since: '-1h', until: 'now', lines: '20', follow: true };
  expect(journalArguments(typed(['login-refused'], options, true)).filter((one) => !one.startsWith('--unit='))).toEqual(
    [
      '--lines=20',
      '--since=-1h',
      '--until=now',
      '--follow',
      '--output=json',
      'TSHUB_EVENT=login-refused',
      'TSHUB_USER=ada',
      'TSHUB_USER=bob',
    ],
  );
});

test('a number of lines is one', () => {
  expect(() => journalArguments(typed([], { lines: 'many' }))).toThrow('--lines: expected a number or "all"');
});

test('who may not read the journal hears who may', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tshubctl-'));
  const never = () => false;
  try {
    expect(() => requireJournal('bob', [join(folder, 'none')], never)).not.toThrow();
    mkdirSync(join(folder, 'machine'));
    writeFileSync(join(folder, 'machine/system.journal'), '');
    expect(() => requireJournal('bob', [folder])).not.toThrow();
    expect(() => requireJournal('bob', [folder], never)).toThrow('usermod -aG systemd-journal bob');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
