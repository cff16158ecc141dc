import { beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { visitorWithServer } from './support/server.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

const text = (entries: ReadonlyArray<Record<string, unknown>>): string =>
  entries.map((one) => String(one['MESSAGE'])).join('\n');

beforeAll(async () => {
  await stopServer('ada');
});

test('a login, a start, a stop read like sentences and can be asked for by person', async () => {
  await visitorWithServer('ada');
  await stopServer('ada');
  const entries = await machine.journal('TSHUB_USER=ada', '-u', 'tshub');
  const events = new Set(entries.map((one) => one['TSHUB_EVENT']));
  for (const event of ['login', 'server-start', 'server-ready', 'server-stopped']) expect(events).toContain(event);
  for (const one of entries.filter((entry) => entry['TSHUB_EVENT'] !== undefined)) {
    expect(String(one['MESSAGE'])).toMatch(/ada/);
    expect(String(one['MESSAGE'])).not.toMatch(/[{}]|undefined|\[object/);
    expect(one['MESSAGE_ID']).toMatch(/^[0-9a-f]{32}$/);
  }
});

test("the server's own lines carry its user", async () => {
  const entries = await machine.journal('-u', 'tshub-server-ada.service', 'TSHUB_USER=ada');
  expect(text(entries)).toMatch(/JupyterHub|Jupyter Server/);
});

test('the catalog explains an event', async () => {
  const out = await machine.sh('journalctl -x -u tshub TSHUB_EVENT=login --no-pager | tail -20');
  expect(out).toMatch(/Subject: A user logged in/);
});

test('a wrong password and a refused account each say what happened', async () => {
  await visitor().logIn('bob', 'certainly wrong');
  await visitor().logIn('dora', passwords.dora);
  const refused = await machine.journal('TSHUB_EVENT=login-refused');
  const of = (user: string) => refused.filter((one) => one['TSHUB_USER'] === user).at(-1);
  expect(of('bob')?.['TSHUB_REASON']).toBe('denied');
  expect(of('dora')?.['TSHUB_REASON']).toBe('account-expired');
  expect(String(of('dora')?.['MESSAGE'])).toMatch(/dora.*expired/);
  expect(String(of('bob')?.['TSHUB_FROM'])).toMatch(/^10\.99\./);
});

test.each([
  ['a command that is not there', '[spawner]\ncommand = ["no-such-program"]\n', /no-such-program/],
  ['a path that is missing', '[spawner]\nreadonly_paths = ["/srv/not/there"]\n', /\/srv\/not\/there|path/],
  ['a program that ends at once', '[spawner]\ncommand = ["/bin/false"]\n', /exit|ended/],
])('a start that fails for %s says so in the journal and on the page', async (_, settings, sentence) => {
  await machine.write('/etc/tshub/tshub.toml.d/70-broken.toml', settings);
  await machine.run(['systemctl', 'try-restart', 'tshub-spawnerd']);
  try {
    const guest = visitor();
    await guest.logIn('ada', passwords.ada);
    await guest.visit('/hub/spawn/ada');
    const page = await eventually('the page tells', async () => {
      const one = await guest.visit('/hub/spawn-pending/ada');
      return /did not start/.test(one.text) && sentence.test(one.text) ? one : undefined;
    });
    expect(page.status).toBe(500);
    // Not what an earlier run of the same unit wrote.
    expect(page.text).not.toContain('Jupyter Server');
    const failed = await machine.journal('TSHUB_EVENT=server-failed', 'TSHUB_USER=ada');
    expect(String(failed.at(-1)?.['MESSAGE'])).toMatch(sentence);
    expect((await machine.show('tshub-server-ada.service', 'LoadState'))['LoadState']).toBe('not-found');
  } finally {
    await machine.sh('rm -f /etc/tshub/tshub.toml.d/70-broken.toml');
    await machine.run(['systemctl', 'try-restart', 'tshub-spawnerd']);
  }
});

test('a start after a failed one works', async () => {
  await visitorWithServer('ada');
  await stopServer('ada');
});
