import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events } from '@tshub/contract';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { install } from './setup.ts';
import { eventually, Machine } from './support/machine.ts';
import { secretsInJournal } from './support/search-journal.ts';
import { noteSecret } from './support/secrets.ts';
import { Visitor } from './support/visitor.ts';

const deb = inject('deb');
const name = `${inject('machine').name}-backup`;
const password = `pw-${randomBytes(9).toString('base64url')}`;
noteSecret(password);
const archive = '/root/hub.backup';

let first: Machine;
let ada: Visitor;
let token: string;
beforeAll(async () => {
  first = await hostOf('1');
  await first.write('/etc/tshub/tshub.toml.d/name.toml', '[hub]\nname = "Kept Hub"\n');
  await first.sh(
    'printf "a secret of root" > /etc/tshub/secrets/kept && chmod 640 /etc/tshub/secrets/kept && chgrp tshub /etc/tshub/secrets/kept',
  );
  await first.run(['systemctl', 'enable', '--now', 'tshub']);
  ada = await loggedIn(first);
  token = (await first.run(['tshubctl', 'token', 'create', '--json'], { user: 'ada' })).out;
  token = (JSON.parse(token) as { token: { token: string } }).token.token;
  noteSecret(token);
  await first.run(['tshubctl', 'group', 'create', 'class']);
  await first.run(['tshubctl', 'group', 'add', 'class', 'ada']);
}, 300_000);
afterAll(async () => first.stop());

async function hostOf(number: string): Promise<Machine> {
  const machine = await Machine.start(`${name}-${number}`);
  await machine.sh('useradd --create-home --shell /bin/bash ada');
  await machine.run(['chpasswd'], { input: `ada:${password}` });
  await install(machine, deb);
  return machine;
}

async function answers(machine: Machine): Promise<void> {
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
}

async function loggedIn(machine: Machine): Promise<Visitor> {
  await answers(machine);
  const visitor = new Visitor(machine.url);
  expect((await visitor.logIn('ada', password)).status).toBe(302);
  return visitor;
}

const whoami = async (machine: Machine): Promise<Response> =>
  fetch(`${machine.url}/hub/api/user`, { headers: { authorization: `token ${token}` } });

/** Everything that a backup is of, with owners and modes; the database by its name alone. */
const listing = (machine: Machine): Promise<string> =>
  machine.sh(
    "cd / && find etc/tshub var/lib/tshub var/lib/tshub-proxy \\( -name 'tshub.sqlite-*' -o -name 'tshub.sqlite.*' \\) -prune -o -printf '%p %M %u %g\\n' | sort",
  );

const restore = (machine: Machine, file: string, ...more: readonly string[]) =>
  machine.run(['tshubctl', 'restore', file, ...more], { fails: true });

test('only root may write one, and never over a file', async () => {
  const { code, err } = await first.run(['tshubctl', 'backup', '/tmp/hub'], { user: 'ada', fails: true });
  expect([code, err]).toEqual([4, expect.stringContaining('sudo tshubctl backup')]);
  const taken = await first.run(['tshubctl', 'backup', '/etc/passwd'], { fails: true });
  expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('expected a name that is free')]);
});

test('a backup while the hub writes has what was acknowledged before, is root’s alone, and leaves nothing else', async () => {
  // The proxy's account, taken over, would like to read what only root may.
  await first.sh('runuser -u tshub-proxy -- ln -s /etc/shadow /var/lib/tshub-proxy/stolen');
  let isOver = false;
  const made: string[] = [];
  const writer = (async () => {
    for (let i = 0; !isOver; i++) {
      await first.run(['tshubctl', 'user', 'create', `person${i}`]);
      made.push(`person${i}`);
    }
  })();
  await eventually('some were made', () => Promise.resolve(made.length >= 2));
  const before = [...made];
  const { out } = await first.run(['tshubctl', 'backup', archive, '--json']);
  isOver = true;
  await writer;
  const told = JSON.parse(out) as { database: string; notes: string[] };
  expect(told.database).toBe('sqlite');
  expect(told.notes.join()).toContain('left out, being no plain file: /var/lib/tshub-proxy/stolen');
  expect(await first.sh(`stat -c '%a %U %G' ${archive}`)).toBe('600 root root');
  expect(await first.sh(`tar --list --gzip --file ${archive}`)).not.toContain('stolen');
  expect(await first.sh('ls -A /root | grep hub.backup')).toBe('hub.backup');
  expect(await first.sh('ls -A /var/lib/tshub')).not.toContain('snapshot');
  expect(
    await first.sh(`mkdir /root/look && cd /root/look && tar xzf ${archive} && sha256sum --check manifest.json.sha256`),
  ).toContain('OK');
  const names = await first.sh(
    `python3 -c 'import sqlite3; print(*[row[0] for row in sqlite3.connect("/root/look/var/lib/tshub/tshub.sqlite").execute("select name from users")])'`,
  );
  expect(names.split(' ')).toEqual(expect.arrayContaining(before));
  await first.sh('rm -r /root/look; rm /var/lib/tshub-proxy/stolen');
});

/** Packs an archive anew after a change by Python to its tree and its manifest, with all sums made right again. */
const forge = (change: string): Promise<string> =>
  first.sh(`rm -rf /root/forge /root/forged && mkdir /root/forge && cd /root/forge && tar xzf ${archive} && python3 - <<'END'
import gzip, hashlib, io, json, sqlite3, tarfile
manifest = json.load(open('manifest.json'))
by_path = {entry['path']: entry for entry in manifest['entries']}
database = 'var/lib/tshub/tshub.sqlite'
${change}
for entry in manifest['entries']:
    if entry['type'] == 'file':
        content = open(entry['path'], 'rb').read()
        entry['size'], entry['sha256'] = len(content), hashlib.sha256(content).hexdigest()
text = json.dumps(manifest).encode()
with tarfile.open('/root/forged', 'w:gz') as tar:
    def add(name, content):
        info = tarfile.TarInfo(name); info.size = len(content); tar.addfile(info, io.BytesIO(content))
    add('manifest.json', text)
    for entry in manifest['entries']:
        if entry['type'] == 'file': add(entry['path'], open(entry['path'], 'rb').read())
        else:
            info = tarfile.TarInfo(entry['path']); info.type = tarfile.DIRTYPE; tar.addfile(info)
    add('manifest.json.sha256', (hashlib.sha256(text).hexdigest() + '  manifest.json\\n').encode())
END`);

describe('refused before anything is touched', () => {
  let before: readonly unknown[];
  const state = async (): Promise<readonly unknown[]> => [
    await first.show('tshub.service', 'InvocationID', 'ActiveState'),
    await first.show('tshub-proxyd.service', 'InvocationID', 'ActiveState'),
    await listing(first),
    await first.sh('ls -A /etc /var/lib | grep tshub'),
  ];
  beforeAll(async () => void (before = await state()));

  async function refused(file: string, says: RegExp): Promise<void> {
    const { code, err } = await restore(first, file, '--replace');
    expect(err).toMatch(says);
    expect(code).not.toBe(0);
    expect(err).not.toMatch(/should not happen|^\s+at /m);
    expect(await state()).toEqual(before);
  }

  test('a hub that is there already is not replaced unasked', async () => {
    const { code, err } = await restore(first, archive);
    expect([code, err]).toEqual([1, expect.stringContaining('--replace')]);
    expect(await state()).toEqual(before);
  });

  test('a file that is not there', () => refused('/root/nothing', /\/root\/nothing not found/));

  test.each([
    ['one that was cut off', 'head -c -100', /damaged/],
    ['one without its second half', 'head -c 2000', /damaged/],
    ['one that is no archive', 'head -c 0', /damaged|ends too early/],
  ])('%s', async (_, how, says) => {
    await first.sh(`${how} ${archive} > /root/bad`);
    await refused('/root/bad', says);
  });

  test.each(['etc/tshub/tshub.toml.d/name.toml', 'var/lib/tshub/cookie-key', 'var/lib/tshub/tshub.sqlite'])(
    'one with a changed byte in %s',
    async (path) => {
      await first.sh(`python3 - <<'END'
import gzip, tarfile
with tarfile.open('${archive}') as tar: at = tar.getmember('${path}').offset_data
plain = bytearray(gzip.open('${archive}').read()); plain[at] ^= 1
gzip.open('/root/bad', 'wb').write(plain)
END`);
      await refused('/root/bad', /is damaged: its SHA-256 is another/);
    },
  );

  test('a damaged database whose sums are right', async () => {
    await forge(
      "data = bytearray(open(database, 'rb').read()); data[4096:] = bytes(len(data) - 4096); open(database, 'wb').write(data)",
    );
    await refused('/root/forged', /the database (is damaged|cannot be read)/);
  });

  test('a database of a newer tshub', async () => {
    await forge(
      'db = sqlite3.connect(database); db.execute("insert into knex_migrations (name) values (\'999-later\')"); db.commit(); db.close()',
    );
    await refused('/root/forged', /newer tshub \(it has "999-later"\)/);
  });

  test('an archive of a newer tshub', async () => {
    await forge("manifest['tshub'] = '99.0.0'");
    await refused('/root/forged', /made by tshub 99\.0\.0/);
  });

  test('a path that leads elsewhere', async () => {
    await forge(
      "import os; os.makedirs('etc/cron.d'); open('etc/cron.d/x', 'w').write('x'); manifest['entries'].append({**by_path['var/lib/tshub/cookie-key'], 'path': 'etc/tshub/../cron.d/x'})",
    );
    await refused('/root/forged', /nothing that a backup of tshub holds/);
  });

  test('an owner that this host does not have', async () => {
    await forge("by_path['etc/tshub/secrets']['group'] = 'no-such-group'");
    await refused('/root/forged', /no-such-group/);
  });
});

test('on a fresh host it is the same hub: the login, the token, people, groups, owners and modes', async () => {
  const second = await hostOf('2');
  const folder = mkdtempSync(join(tmpdir(), 'tshub-backup-'));
  try {
    const { stdout } = await execa(
      'bash',
      [
        '-c',
        `${join(import.meta.dirname, '../../scripts/machine')} exec ${first.name} base64 ${archive} | base64 -d > ${folder}/b`,
      ],
      { reject: false },
    );
    expect(stdout).toBe('');
    await second.push(`${folder}/b`, archive);
    const { code, out, err } = await restore(second, archive);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('systemctl enable --now tshub');
    expect(await listing(second)).toBe(await listing(first));
    await second.run(['systemctl', 'enable', '--now', 'tshub']);
    await answers(second);

    expect((await (await whoami(second)).json()) as { name: string; groups: string[] }).toMatchObject({
      name: 'ada',
      groups: ['class'],
    });
    const sameBrowser = new Visitor(second.url);
    for (const [key, value] of ada.cookies) sameBrowser.cookies.set(key, value);
    const home = await sameBrowser.fetch('/hub/home');
    expect(home.status).toBe(200);
    expect(await home.text()).toContain('Kept Hub');
    await loggedIn(second);
    expect(await second.sh('cat /etc/tshub/secrets/kept')).toBe('a secret of root');
  } finally {
    rmSync(folder, { recursive: true });
    await second.stop();
  }
}, 300_000);

test('in the place of a hub that runs: it is as it was, and what was there is kept beside it', async () => {
  await first.run(['tshubctl', 'user', 'create', 'afterwards']);
  const { code, out } = await restore(first, archive, '--replace');
  expect(code).toBe(0);
  expect(out).toMatch(/what was there before: \/var\/lib\/tshub\.before-restore-/);
  await answers(first);
  const users = await first.sh('tshubctl user list --json');
  expect(users).toContain('"ada"');
  expect(users).not.toContain('"afterwards"');
  expect((await whoami(first)).status).toBe(200);
  expect((await ada.fetch('/hub/home')).status).toBe(200);
  expect(await first.sh('ls -A /etc /var/lib | grep restore-')).not.toMatch(/^\./m);
});

test('both are events of the journal, with who and which file', async () => {
  const [made] = (await first.journal('TSHUB_EVENT=backup-made', '_UID=0')).slice(-1);
  expect(made).toMatchObject({ TSHUB_FILE: archive, TSHUB_BY: 'root', MESSAGE_ID: events['backup-made'].id });
  const [restored] = (await first.journal('TSHUB_EVENT=restored', '_UID=0')).slice(-1);
  expect(restored).toMatchObject({ TSHUB_FILE: archive, TSHUB_BY: 'root', SYSLOG_IDENTIFIER: 'tshubctl' });
  expect(await first.sh('tshubctl log restored')).toContain(`put in place from ${archive}`);
});

test('what is kept is told by doctor and by the next backup; a restore that was killed is told with the way back', async () => {
  const doctor = async (): Promise<string> => (await first.run(['tshubctl', 'doctor'], { fails: true })).out;
  expect(await doctor()).toMatch(/warn +restores .*from before a restore/);
  const { out } = await first.run(['tshubctl', 'backup', '/root/second.backup']);
  expect(out).toMatch(/note: from before a restore: \/var\/lib\/tshub\.before-restore-/);
  await first.sh('rm -r /etc/tshub.before-restore-* /var/lib/tshub*.before-restore-*');
  expect(await doctor()).toMatch(/ok +restores/);
  await first.sh('systemctl stop tshub-hub.socket tshub && mv /etc/tshub /etc/tshub.before-restore-20260101-000000');
  expect(await doctor()).toMatch(/fail +restores +a restore was cut off/);
  const way = /or go back: (mv \S+ \S+)/.exec(await doctor())?.[1] ?? '';
  await first.sh(`${way} && systemctl start tshub`);
  await answers(first);
  expect(await doctor()).toMatch(/ok +restores/);
});

test.each([
  ['a pipe', 'mkfifo'],
  ['a link to a device', 'ln -s /dev/zero'],
])('a hub that was taken over cannot hang a backup with %s in the place of its database', async (_, make) => {
  await first.sh('systemctl stop tshub && mv /var/lib/tshub/tshub.sqlite /var/lib/tshub/aside');
  try {
    await first.sh(`runuser -u tshub -- ${make} /var/lib/tshub/tshub.sqlite`);
    const { code, err } = await first.run(['tshubctl', 'backup', '/root/third.backup'], { fails: true });
    expect([code, err]).toEqual([1, expect.stringContaining('expected a plain file')]);
    expect(await first.sh('ls -A /root | grep third || true')).toBe('');
  } finally {
    await first.sh(
      'rm /var/lib/tshub/tshub.sqlite && mv /var/lib/tshub/aside /var/lib/tshub/tshub.sqlite && systemctl start tshub',
    );
  }
});

test('nothing secret is in the journal of a host that makes backups and restores them', async () => {
  expect(await secretsInJournal(first)).toBe('');
});
