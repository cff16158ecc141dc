import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { differing, notDefault } from './compare.ts';
import { afterReload } from './in-use.ts';
import { loadWithOrigin } from './load.ts';
import { schema } from './schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function notDefaultOf(text: string) {
  const file = join(folder, 'tshub.toml');
  writeFileSync(file, text);
  const { settings, origin } = loadWithOrigin({ file, dropins: `${file}.d` });
  return notDefault(settings, origin).map(({ key, value, default: before }) => [key, value, before]);
}

test('what the files say is told with its default, and what has its default anyway is not', () => {
  expect(notDefaultOf('[culler]\ntimeout = 60\nenabled = true\n[logging]\nlevel = "info"')).toEqual([
    ['culler.timeout', '60', expect.stringMatching(/^\d+$/)],
  ]);
});

test('an entry that has a name is told with what is written of it', () => {
  const found = notDefaultOf(
    '[groups.staff]\nusers = ["ada"]\n[[profiles]]\nname = "big"\nsettings = { mem_limit = "4G" }',
  );
  expect(found.map(([key]) => key)).toEqual(['groups.staff.users', 'profiles.big']);
});

test('the environment of programs is hidden, wherever it is', () => {
  const text = JSON.stringify(
    notDefaultOf(
      '[spawner.environment]\nKEY = "hush-hush"\n[[profiles]]\nname = "big"\nsettings = { environment = { KEY = "hush-hush" } }',
    ),
  );
  expect(text).not.toContain('hush-hush');
  expect(text).toContain('spawner.environment.KEY');
});

test('what is in use and what the files say differ by key, in the sections that a daemon uses', () => {
  const files = schema.parse({ culler: { timeout: 60 }, logging: { level: 'debug' } });
  expect(differing(files, schema.parse({}), ['culler'])).toEqual([
    { key: 'culler.timeout', files: '60', inUse: expect.stringMatching(/^\d+$/) },
  ]);
  expect(differing(files, JSON.parse(JSON.stringify(files)), ['culler', 'logging'])).toEqual([]);
});

test('what only a restart changes stays as it was after a reload', () => {
  const before = schema.parse({ groups: { old: { users: ['ada'] } } });
  const fresh = schema.parse({ hub: { name: 'Lab', cookie_max_age_days: 1 }, groups: { staff: {} } });
  const { settings } = afterReload(before, fresh, ['hub.cookie_max_age_days', 'groups.old', 'groups.staff']);
  expect(settings.hub).toEqual({ ...fresh.hub, cookie_max_age_days: before.hub.cookie_max_age_days });
  expect(settings.groups).toEqual(before.groups);
});
