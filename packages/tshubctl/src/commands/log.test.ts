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

test('the log is of those that the journal itself knows, whatever a server calls itself', () => {
  const groups = journalArguments(typed([])).join(' ').split(' + ');
  expect(groups).toHaveLength(4);
  expect(groups[0]).toContain('_SYSTEMD_UNIT=tshub.service');
  // Each has a field that nobody can make up.
  for (const group of groups) expect(group).toMatch(/(^| )_[A-Z_]+=/);
});

test('filters are those of journalctl, and fields of events that count for each writer', () => {
  const options = { user: ['ada', 'bob'], since: '-1h', until: 'now', lines: '20', follow: true };
  const line = journalArguments(typed(['login-refused'], options, true)).join(' ');
  expect(line).toMatch(/^--lines=20 --since=-1h --until=now --follow --output=json _SYSTEMD_UNIT=/);
  for (const group of line.split(' + '))
    expect(group).toMatch(/ TSHUB_EVENT=login-refused TSHUB_USER=ada TSHUB_USER=bob$/);
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
