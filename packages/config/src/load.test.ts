import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSettings } from './load.ts';
import { printSettings } from './print.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-config-'));
  mkdirSync(join(folder, 'd'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(text: string, dropins: Record<string, string> = {}) {
  writeFileSync(join(folder, 'tshub.toml'), text);
  for (const [name, content] of Object.entries(dropins)) writeFileSync(join(folder, 'd', name), content);
  return loadSettings({ file: join(folder, 'tshub.toml'), dropins: join(folder, 'd') });
}

test('a missing file means defaults', () => {
  const settings = loadSettings({ file: join(folder, 'none.toml'), dropins: join(folder, 'none.d') });
  expect(settings.login.authenticator).toBe('pam');
  expect(settings.spawner.command).toEqual(['jupyterhub-singleuser']);
});

test('a later drop-in wins, key by key', () => {
  const settings = load('[spawner]\nmem_limit = "1G"\ncpu_limit = 2', {
    '10-a.toml': '[spawner]\nmem_limit = "2G"',
    '20-b.toml': '[spawner]\nmem_limit = "512M"',
    'note.txt': '[[',
  });
  expect(settings.spawner.mem_limit).toBe(512 * 2 ** 20);
  expect(settings.spawner.cpu_limit).toBe(2);
});

test.each([
  ['[proxy]\nmax_connections = "80a"', 'tshub.toml: proxy.max_connections: expected a number, found "80a"'],
  ['[hub]\nbase = "x"', 'tshub.toml: hub.base: expected a known key, found "base"; see tshub.toml(5)'],
  [
    '[spawner]\nmem_limt = "1G"',
    'tshub.toml: spawner.mem_limt: expected a known key, found "mem_limt"; did you mean "mem_limit"?',
  ],
  [
    '[spawner]\nmax_connections = 80',
    'tshub.toml: spawner.max_connections: expected a known key, found "max_connections"; it belongs to [proxy]',
  ],
  [
    '[proxy]\nport = 80',
    'tshub.toml: proxy.port: expected a known key, found "port"; where the proxy listens is for its socket to say: systemctl edit tshub-proxyd.socket',
  ],
  ['[poxy]\nport = 80', 'tshub.toml: poxy: expected a known key, found "poxy"; did you mean "proxy"?'],
  [
    '[[profiles]]\nname = "a"\nsettings = { mem_limits = 1 }',
    'tshub.toml: profiles.0.settings.mem_limits: expected a known key, found "mem_limits"; did you mean "mem_limit"?',
  ],
  [
    '[roles.teacher]\nscope = ["users"]',
    'tshub.toml: roles.teacher.scope: expected a known key, found "scope"; did you mean "scopes"?',
  ],
  ['[spawner]\ncmd = ["x"]', 'tshub.toml: spawner.cmd: expected a known key, found "cmd"; it is called command here'],
  [
    '[spawner]\nmem_limit = "lots"',
    'tshub.toml: spawner.mem_limit: expected a size such as "512M" or "2G", found "lots"',
  ],
  [
    '[login]\nauthenticator = "ldap"',
    'tshub.toml: login.authenticator: expected "pam" or "oidc" or "remote-user" or "shared-password" or "guest" or "dummy", found "ldap"',
  ],
  [
    '[login]\nauthenticator = "dummy"',
    'tshub.toml: login.authenticator: authenticator = "dummy" lets anybody in: it needs dummy_is_for_tests_only = true, found "dummy"',
  ],
  [
    '[spawner]\nreadonly_paths = ["etc"]',
    'tshub.toml: spawner.readonly_paths.0: expected an absolute path, with "-" in front if it may be missing, found "etc"',
  ],
  [
    '[hub]\njupyterhub_version = "tshub"',
    'tshub.toml: hub.jupyterhub_version: expected a version such as "5.5.1", found "tshub"',
  ],
  ['[hub\nname = 1', 'not TOML'],
  ['hub = 3', 'tshub.toml: hub: expected a table, found 3'],
])('%j is refused with file, key, expected and found', (text, message) => {
  expect(() => load(text)).toThrow(message);
});

test('a mistake is reported with the drop-in that made it', () => {
  expect(() => load('', { '50-x.toml': '[culler]\ntimeout = "an hour"' })).toThrow(
    /d\/50-x\.toml: culler\.timeout: expected a number, found "an hour"/,
  );
});

test('every mistake is reported at once', () => {
  expect(() => load('[culler]\ntimeout = "x"\n[hub]\nname = 3')).toThrow(
    /culler\.timeout[^]*hub\.name|hub\.name[^]*culler\.timeout/,
  );
});

test('a file that others can write is refused where root acts on it', () => {
  const file = join(folder, 'tshub.toml');
  writeFileSync(file, '');
  chmodSync(file, 0o666);
  expect(() => loadSettings({ file, dropins: join(folder, 'd'), rootOwned: true })).toThrow(
    /expected a file that only root can write/,
  );
});

test('a file that only root can read is refused where root checks it for the daemons', () => {
  const file = join(folder, 'tshub.toml');
  writeFileSync(file, '');
  chmodSync(file, 0o600);
  expect(() => loadSettings({ file, dropins: join(folder, 'd'), readableByAll: true })).toThrow(
    `${file}: expected a file that every daemon can read; run: chmod a+r ${file}`,
  );
});

test('what is printed loads back to the same settings', () => {
  const settings = load(
    '[spawner]\nmem_limit = "2G"\nenvironment = { LANG = "C.UTF-8" }\n[login]\nadmin_users = ["ada"]',
  );
  expect(load(printSettings(settings))).toEqual(settings);
});

test('settings cannot be changed by accident', () => {
  const settings = load('');
  expect(() => {
    (settings.hub as { name: string }).name = 'x';
  }).toThrow(TypeError);
});
