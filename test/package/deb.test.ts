import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programs } from '../../scripts/bundles.ts';
import { filesIn, read, root } from './support.ts';

/** The package that scripts/build made. */
function builtPackage(): string {
  const dist = join(root, 'dist');
  const name = existsSync(dist) ? readdirSync(dist).find((entry) => /^tshub_.*\.deb$/.test(entry)) : undefined;
  if (!name) throw new Error('there is no dist/tshub_*.deb; run scripts/build first');
  return join(dist, name);
}

const version = (JSON.parse(read('package.json')) as { version: string }).version;

describe('the Debian package', () => {
  let deb = '';
  let tree = '';
  const has = (path: string) => existsSync(join(tree, path));

  beforeAll(() => {
    deb = builtPackage();
    tree = mkdtempSync(join(tmpdir(), 'tshub-deb-'));
    execFileSync('dpkg-deb', ['--extract', deb, tree]);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test('has the version of the repository and needs Node 20.19, acl and polkit', () => {
    const field = (name: string) => execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim();
    expect(field('Version')).toBe(version);
    expect(field('Depends')).toMatch(/\bnodejs \(>= 20\.19\)/);
    expect(field('Depends')).toMatch(/\bacl\b.*\bpolkitd\b/);
    expect(field('Depends')).toMatch(/\blibpam0g\b/);
  });

  test('brings every program, both addons, and the command for the shell', () => {
    for (const program of programs) expect(has(`usr/lib/tshub/${program}.mjs`), program).toBe(true);
    for (const addon of ['node_sqlite3', 'tshub_native'])
      expect(has(`usr/lib/tshub/native/${addon}.node`), addon).toBe(true);
    expect(statSync(join(tree, 'usr/bin/tshubctl')).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(tree, 'usr/bin/tshubctl'), 'utf8').split('\n')[0]).toBe('#!/usr/bin/node');
  });

  test('brings every unit, both PAM services, the policies, the settings and the man pages', () => {
    for (const ending of ['.service', '.socket', '.slice', '.timer'])
      for (const name of filesIn('units', ending)) expect(has(`usr/lib/systemd/system/${name}`), name).toBe(true);
    for (const path of [
      'etc/pam.d/tshub',
      'etc/pam.d/tshub-server',
      'etc/tshub/tshub.toml',
      'usr/lib/systemd/system/jupyterhub.service.d/50-tshub.conf',
      'usr/lib/sysusers.d/tshub.conf',
      'usr/lib/tmpfiles.d/tshub.conf',
      'usr/lib/systemd/catalog/tshub.catalog',
      'usr/share/dbus-1/system.d/org.tshub.conf',
      'usr/share/dbus-1/system-services/org.tshub.Spawner1.service',
      'usr/share/polkit-1/actions/org.tshub.policy',
      'usr/share/polkit-1/rules.d/50-tshub.rules',
      'usr/share/man/man1/tshubctl.1.gz',
      'usr/share/man/man5/tshub.toml.5.gz',
      'usr/share/man/man7/tshub.7.gz',
      'usr/share/bash-completion/completions/tshubctl',
      'usr/share/fish/vendor_completions.d/tshubctl.fish',
      'usr/share/zsh/vendor-completions/_tshubctl',
    ])
      expect(has(path), path).toBe(true);
  });

  test.each([
    ['man1/tshubctl.1.gz', 'tshubctl'],
    ['man5/tshub.toml.5.gz', 'tshub.toml'],
    ['man7/tshub.7.gz', 'tshub'],
  ])('%s begins with the name that whatis and apropos look for', (page, name) => {
    const text = gunzipSync(readFileSync(join(tree, 'usr/share/man', page))).toString();
    expect(text.split('\n').filter((line) => line.startsWith('.TH'))).toHaveLength(1);
    expect(/\.SH "NAME"\n(.*)/.exec(text)?.[1]?.replaceAll('\\fB', '').replaceAll('\\fR', '')).toMatch(
      new RegExp(`^${name} \\\\- \\w`),
    );
  });

  test('every program that a unit or a link starts is executable or run by Node', () => {
    for (const name of ['claim-port', 'close-if-misconfigured', 'hub-stopped', 'jupyterhub-gate'])
      expect(statSync(join(tree, 'usr/lib/tshub', name)).mode & 0o111, name).toBe(0o111);
  });

  test('knows nothing of the folder it was built in', () => {
    const found = readdirSync(join(tree, 'usr/lib/tshub'), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(root))
      .map((entry) => entry.name);
    expect(found).toEqual([]);
  });

  test('the privileged programs hold no web server, no client and no database', () => {
    const contents = JSON.parse(read('dist/bundles.json')) as Record<string, readonly string[]>;
    for (const program of ['spawnerd', 'authd'])
      for (const name of ['koa', '@koa/router', 'knex', 'sqlite3', 'commander'])
        expect(contents[program], program).not.toContain(name);
  });

  test('lintian finds no errors', () => {
    const { stdout, status } = spawnSync('lintian', ['--allow-root', '--fail-on', 'error', deb], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
    expect(status).toBe(0);
  });
});

test('repository and Debian changelog agree on the version', () => {
  expect(read('debian/changelog').split('\n')[0]).toContain(`(${version})`);
});
