import { schema, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { makeLog } from '@tshub/daemon';
import { expect, test } from 'vitest';
import { currentSettings } from './current-settings.ts';

const good = schema.parse({});
const broken = () => {
  throw new TshubError('config_invalid', { problem: 'tshub.toml: spawner.mem_limit: expected a size, found "secret"' });
};

function settingsFrom(load: () => Settings) {
  const lines: string[] = [];
  const log = makeLog({ name: 'test', journal: false, output: { write: (line: string) => void lines.push(line) } });
  return { settings: currentSettings(load, log), lines };
}

test("root's changes count from the next request on", () => {
  let loaded = good;
  const { settings } = settingsFrom(() => loaded);
  expect(settings().spawner.max_servers).toBe(1000);
  loaded = schema.parse({ spawner: { max_servers: 3 } });
  expect(settings().spawner.max_servers).toBe(3);
});

test('a file that was broken later is said once, and the old settings go on', () => {
  let load: () => Settings = () => good;
  const { settings, lines } = settingsFrom(() => load());
  settings();
  load = broken;
  expect(settings()).toBe(good);
  expect(settings()).toBe(good);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('going on with the old settings: tshub.toml: spawner.mem_limit');
});

test('with settings that were never good starts fail, without telling what is in the file', () => {
  const { settings, lines } = settingsFrom(broken);
  expect(settings).toThrow(
    expect.objectContaining({ code: 'spawn_failed', message: expect.not.stringContaining('secret') }),
  );
  expect(lines[0]).toContain('no server can be started');
});
