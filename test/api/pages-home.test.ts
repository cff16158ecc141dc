import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { press, runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;

async function begin(options: Parameters<typeof hubForTest>[0] = {}): Promise<void> {
  t = await hubForTest(options);
  ada = t.browser();
  await ada.login('ada', 'ada-password');
}
beforeEach(() => begin());
afterEach(() => t.close());

const isReady = (name = ''): boolean | undefined => t.hub.servers.get('ada', name)?.ready;

describe('a restart', () => {
  test('stops the server, starts it with what was chosen before, and leads to the page that shows it', async () => {
    await t.close();
    await begin({ settings: { profiles: [{ name: 'small' }, { name: 'big' }] } });
    await press(ada, '/hub/spawn/ada', { 'opt-profile': 'big' });
    await expect.poll(() => isReady()).toBe(true);
    const before = t.spawner.units.get('tshub-server-ada.service')?.invocation;
    const answer = await press(ada, '/hub/home/restart', { server: '' });
    expect([answer.status, answer.location]).toEqual([303, '/hub/spawn-pending/ada?next=%2Fhub%2Fhome']);
    await expect.poll(() => t.spawner.units.get('tshub-server-ada.service')?.invocation).not.toBe(before);
    await expect.poll(() => isReady()).toBe(true);
    expect(t.spawner.starts.map(({ profile }) => profile)).toEqual(['big', 'big']);
    expect((await ada.get(answer.location)).location).toBe('/hub/home');
  });

  test('pressed twice is one restart, and its page waits for the stop', async () => {
    await runServer(t, ada, 'ada');
    const gate = t.spawner.gates.hold('Stop', 'before');
    await press(ada, '/hub/home/restart', { server: '' });
    await press(ada, '/hub/home/restart', { server: '' });
    expect((await ada.get('/hub/spawn-pending/ada')).text).toContain('started again');
    gate.open();
    await expect.poll(() => isReady()).toBe(true);
    expect(t.spawner.starts).toHaveLength(2);
  });

  test('that cannot start again says why, and leaves the server stopped', async () => {
    await runServer(t, ada, 'ada');
    t.hub.servers.start = () => Promise.reject(new TshubError('server_limit', { problem: 'All servers are in use.' }));
    await press(ada, '/hub/home/restart', { server: '' });
    await expect.poll(async () => (await ada.get('/hub/spawn-pending/ada')).text).toContain('All servers are in use.');
    expect(t.hub.servers.get('ada', '')?.active).toBe(false);
    expect(t.logged).toContainEqual(expect.objectContaining({ level: 40, user: 'ada' }));
  });

  test('of a server that there is not leads home', async () => {
    expect((await press(ada, '/hub/home/restart', { server: 'nothing' })).location).toBe('/hub/home');
  });
});

describe('named servers', () => {
  beforeEach(async () => {
    await t.close();
    await begin({ settings: { hub: { allow_named_servers: true, named_server_limit_per_user: 2 } } });
  });

  test.each(['Lab', '9lives', 'a b', '<script>alert(1)</script>', 'a'.repeat(31), '../x'])(
    'a name that cannot be is refused beside its field: %s',
    async (name) => {
      const { status, text } = await press(ada, '/hub/home/start', { server: name });
      expect([status, text.includes('id="server_name_problem"')]).toEqual([400, true]);
      expect(text).not.toContain('<script>alert');
      expect(t.spawner.starts).toEqual([]);
    },
  );

  test('the page says how many more there may be, and offers none beyond', async () => {
    await runServer(t, ada, 'ada', 'lab');
    expect((await ada.get('/hub/home')).text).toContain('one more');
    await runServer(t, ada, 'ada', 'lab-2');
    const { text } = await ada.get('/hub/home');
    expect(text).not.toContain('id="server_name"');
    expect((await press(ada, '/hub/home/start', { server: 'lab-3' })).status).toBe(400);
  });

  test('one that is gone already can be deleted once more', async () => {
    await runServer(t, ada, 'ada', 'lab');
    for (let i = 0; i < 2; i++) {
      const answer = await press(ada, '/hub/home/remove', { server: 'lab' });
      expect([answer.status, answer.location]).toEqual([303, '/hub/home']);
    }
    expect(t.hub.servers.get('ada', 'lab')).toBeUndefined();
  });
});

describe('what a server uses', () => {
  test('is shown of each named server that runs, and only of those; one that is silent does not hold the page up', async () => {
    await t.close();
    await begin({ settings: { hub: { allow_named_servers: true } } });
    for (const name of ['lab', 'mute', 'old']) await runServer(t, ada, 'ada', name);
    await press(ada, '/hub/home/stop', { server: 'old' });
    await expect.poll(() => t.hub.servers.get('ada', 'old')?.active).toBe(false);
    const asked: string[] = [];
    t.hub.servers.usage = (_, name) => {
      asked.push(name);
      const limits = { cpuLimit: 2, tasksMax: 64, ioReadBytes: null, ioWriteBytes: null };
      const uses = { memoryCurrent: 256 * 2 ** 20, memoryPeak: null, memoryMax: 2 ** 30, cpuSeconds: 3, tasks: 7 };
      return name === 'mute' ? new Promise(() => undefined) : Promise.resolve({ ...uses, ...limits });
    };
    const { text } = await ada.get('/hub/home');
    expect(asked.toSorted()).toEqual(['lab', 'mute']);
    expect([...text.matchAll(/data-usage="([^"]*)"/g)].map(([, name]) => name)).toEqual(['lab']);
    for (const said of ['256 MiB of 1.0 GiB', 'up to 2 cores', '7 of 64']) expect(text).toContain(said);
  });

  test('is on the page against its limits, and in the API for whoever keeps it fresh', async () => {
    await runServer(t, ada, 'ada');
    const usage = {
      memoryCurrent: 512 * 2 ** 20,
      memoryPeak: 600 * 2 ** 20,
      memoryMax: 2 ** 30,
      cpuSeconds: 90,
      cpuLimit: 1.5,
      tasks: 42,
      tasksMax: 900,
      ioReadBytes: 0,
      ioWriteBytes: 0,
    };
    t.hub.servers.usage = () => Promise.resolve(usage);
    const { text } = await ada.get('/hub/home');
    for (const said of ['512 MiB of 1.0 GiB', 'at most 600 MiB', 'up to 1.5 cores', '42 of 900', 'value="536870912"'])
      expect(text).toContain(said);
    const { servers } = (await ada.get('/hub/api/users/ada/usage')).json<{ servers: Record<string, object> }>();
    expect(servers['']).toMatchObject({ memory_limit: 2 ** 30, cpu_limit: 1.5, tasks_limit: 900 });
  });
});

describe('the log of a server', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  beforeEach(async () => {
    await runServer(t, ada, 'ada');
    t.spawner.logs.set('tshub-server-ada.service', ['begun', hostile]);
  });

  test.each(['/hub/log', '/hub/log/ada'])('is on a page of its own, escaped: %s', async (path) => {
    const { status, text } = await ada.get(path);
    expect([status, text.includes('begun\n&lt;img src=x onerror=alert(1)&gt;')]).toEqual([200, true]);
    expect(text).not.toContain(hostile);
  });

  test('is not for others, and not for strangers', async () => {
    const bob = t.browser();
    await bob.login('bob', 'bob-password');
    expect((await bob.get('/hub/log/ada')).status).toBe(404);
    expect((await t.browser().get('/hub/log/ada')).status).toBe(302);
  });
});

test('pressing start twice starts once; both end at the server', async () => {
  const answers = await Promise.all([press(ada, '/hub/home/start'), press(ada, '/hub/home/start')]);
  for (const answer of answers) expect(['/user/ada/', '/hub/spawn-pending/ada']).toContain(answer.location);
  await expect.poll(() => isReady()).toBe(true);
  expect(t.spawner.starts).toHaveLength(1);
});

test('what was pressed in a tab that is out of date does no harm', async () => {
  await press(ada, '/hub/home/stop');
  await runServer(t, ada, 'ada');
  expect((await press(ada, '/hub/home/start')).location).toBe('/user/ada/');
  for (let i = 0; i < 2; i++) expect((await press(ada, '/hub/home/stop')).location).toBe('/hub/home');
});
