import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { settingsReader } from './settings-reader.ts';

let folder: string;
let file: string;
let read: ReturnType<typeof settingsReader>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-config-'));
  file = join(folder, 'tshub.toml');
  mkdirSync(join(folder, 'd'));
  writeFileSync(file, '[hub]\nname = "one"');
  read = settingsReader({ file, dropins: join(folder, 'd') });
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 60_000);
  return () => vi.useRealTimers();
});

test('what has not changed is the same settings', () => {
  expect(read().hub.name).toBe('one');
  expect(read()).toBe(read());
});

test.each<readonly [string, () => void, string]>([
  [
    'another text of the same length and time',
    () => {
      writeFileSync(file, '[hub]\nname = "two"');
      utimesSync(file, 1, 1);
    },
    'two',
  ],
  ['a drop-in that comes', () => writeFileSync(join(folder, 'd/1.toml'), '[hub]\nname = "drop"'), 'drop'],
  ['a file that goes', () => rmSync(file), 'tshub'],
])('%s counts at once', (_, change, name) => {
  utimesSync(file, 1, 1);
  read();
  change();
  expect(read().hub.name).toBe(name);
});

test('a file that could have changed unseen since it was read is read again', () => {
  vi.useRealTimers();
  expect(read()).not.toBe(read());
});

test('a file that is wrong is told each time', () => {
  read();
  writeFileSync(file, 'x');
  expect(() => read()).toThrow('not TOML');
  expect(() => read()).toThrow('not TOML');
});

test('a right that is taken or given counts at once', () => {
  const asRoot = settingsReader({ file, dropins: join(folder, 'd'), readableByAll: true });
  asRoot();
  chmodSync(file, 0o600);
  expect(asRoot).toThrow('chmod a+r');
});
