import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { press, runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;

async function begin(settings: Parameters<typeof hubForTest>[0] = {}): Promise<void> {
  t = await hubForTest(settings);
  ada = t.browser();
  await ada.login('ada', 'ada-password');
}
beforeEach(() => begin());
afterEach(() => t.close());

const run = (name = ''): Promise<void> => runServer(t, ada, 'ada', name);
const json = { Accept: 'application/json' };

describe('a start', () => {
  test('by visiting leads to its progress, and then to where one wanted to go', async () => {
    const gate = t.spawner.gates.hold('Start', 'before');
    const answer = await ada.get('/hub/spawn?next=%2Fuser%2Fada%2Flab');
    expect([answer.status, answer.location]).toEqual([302, '/hub/spawn-pending/ada?next=%2Fuser%2Fada%2Flab']);
    const page = await ada.get(answer.location);
    expect(page.status).toBe(200);
    expect(page.text).toContain('id="progress-message"');
    expect(page.text).toMatch(/data-events="\/hub\/api\/users\/ada\/server\/progress\?_xsrf=[\w-]+"/);
    expect(page.text).toContain('data-next="/user/ada/lab"');
    expect(page.text).toMatch(/<noscript>\s*<meta http-equiv="refresh"/);
    expect((await ada.get('/hub/home')).text).toContain('starting');
    await gate.reached;
    gate.open();
    await expect.poll(() => t.hub.servers.get('ada', '')?.ready).toBe(true);
    expect((await ada.get(answer.location)).location).toBe('/user/ada/lab');
    expect((await ada.get('/hub/spawn')).location).toBe('/user/ada/');
  });

  test('tells its progress to the page, with the token that is in it', async () => {
    const gate = t.spawner.gates.hold('Start', 'before');
    const { location } = await ada.get('/hub/spawn');
    const url = /data-events="([^"]+)"/.exec((await ada.get(location)).text)?.[1] ?? '';
    gate.open();
    const { status, text } = await ada.get(url, { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' });
    expect(status).toBe(200);
    expect(text).toContain('"ready":true');
  });

  test('that fails says why, with the last lines of the log and a way to try again', async () => {
    t.spawner.startError = new TshubError('spawn_failed', {
      problem: 'the program "jupyterhub-singleuser" was not found',
    });
    t.spawner.logs.set('tshub-server-ada.service', ['the very last line']);
    await ada.get('/hub/spawn?next=%2Fuser%2Fada%2Flab');
    await expect.poll(async () => (await ada.get('/hub/spawn-pending/ada')).status).toBe(500);
    const { text } = await ada.get('/hub/spawn-pending/ada?next=%2Fuser%2Fada%2Flab');
    expect(text).toContain('was not found');
    expect(text).toContain('href="/hub/log/ada"');
    expect(text).toContain('href="/hub/spawn/ada?next=%2Fuser%2Fada%2Flab"');
    t.spawner.startError = null;
    await ada.get('/hub/spawn/ada');
    await expect.poll(() => t.hub.servers.get('ada', '')?.ready).toBe(true);
  });

  test('takes options from the address and from a form', async () => {
    await ada.get('/hub/spawn?opt-profile=big&opt-gpu=1');
    await expect.poll(() => t.spawner.starts.length).toBe(1);
    expect(t.spawner.starts[0]).toMatchObject({ profile: 'big', options: { gpu: '1' } });
  });

  test('with options that another site chose is asked about first', async () => {
    const page = await ada.get('/hub/spawn?opt-profile=big', {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
    });
    expect(page.status).toBe(200);
    expect(page.text).toContain('name="opt-profile" value="big"');
    expect(t.spawner.starts).toEqual([]);
    await ada.post('/hub/spawn/ada', { _xsrf: xsrfIn(page.text), 'opt-profile': 'big' });
    await expect.poll(() => t.spawner.starts[0]?.profile).toBe('big');
  });

  test('beyond the limit of the hub is a page that says so', async () => {
    await t.close();
    await begin({ settings: { hub: { active_server_limit: 1 } } });
    await run();
    const bob = t.browser();
    await bob.login('bob', 'bob-password');
    const { status, text } = await bob.get('/hub/spawn');
    expect(status).toBe(429);
    expect(text).toContain('<h1>');
  });

  test('can be cancelled from its page', async () => {
    const gate = t.spawner.gates.hold('Start', 'before');
    await ada.get('/hub/spawn');
    expect((await ada.get('/hub/spawn-pending/ada')).text).toContain('action="/hub/home/stop"');
    await press(ada, '/hub/home/stop', { server: '' });
    expect((await ada.get('/hub/home')).text).toContain('stopping');
    gate.open();
    await expect.poll(() => t.hub.servers.get('ada', '')?.active).toBe(false);
    expect(t.spawner.isRunning('ada')).toBe(false);
  });

  test('that nobody began is a page with a button', async () => {
    const { status, text } = await ada.get('/hub/spawn-pending/ada');
    expect([status, text.includes('id="start"')]).toEqual([200, true]);
  });
});

describe('servers of others', () => {
  beforeEach(() => t.user('bob'));

  test.each(['/hub/spawn/bob', '/hub/spawn-pending/bob', '/hub/user/bob/', '/hub/spawn/nobody', '/hub/user/nobody/'])(
    '%s is not there',
    async (path) => {
      expect((await ada.get(path)).status).toBe(404);
      expect(t.spawner.starts).toEqual([]);
    },
  );

  test('are there for an administrator, with their names on it', async () => {
    await t.user('ada', { admin: true });
    const { status, text } = await ada.get('/hub/user/bob/');
    expect([status, text.includes('The server of bob is not running')]).toEqual([424, true]);
    await ada.get('/hub/spawn/bob');
    await expect.poll(() => t.spawner.starts[0]?.user).toBe('bob');
    expect((await ada.get('/hub/spawn/nobody')).status).toBe(404);
  });
});

describe('the address of a server that does not run', () => {
  test('is 424 with a button, and starts nothing', async () => {
    const { status, text } = await ada.get('/hub/user/ada/lab/tree?x=1');
    expect(status).toBe(424);
    expect(text).toContain('href="/hub/spawn/ada?next=%2Fuser%2Fada%2Flab%2Ftree%3Fx%3D1"');
    expect(t.spawner.starts).toEqual([]);
  });

  test('is 424 in JSON for scripts', async () => {
    for (const answer of [await ada.get('/hub/user/ada/api/kernels'), await ada.get('/hub/user/ada/lab', json)]) {
      expect(answer.status).toBe(424);
      expect(answer.json()['message']).toBe(
        'JupyterHub server no longer running at /user/ada/. Restart the server at http://hub.example.org/hub/spawn/ada',
      );
    }
  });

  test('is 424 in JSON for a token, and for whatever posts to it', async () => {
    const token = await t.token('ada');
    const answer = await t
      .browser()
      .send('/hub/user/ada/api/sessions', { method: 'POST', headers: { Authorization: `token ${token}` } });
    expect(answer.status).toBe(424);
    expect((await t.browser().send('/user/ada/api/sessions', { method: 'POST' })).json()).toEqual({
      message: 'JupyterHub server no longer running at /user/ada/api/sessions',
    });
  });

  test('asks who is not in to log in', async () => {
    expect((await t.browser().get('/hub/user/ada/lab')).location).toBe('/hub/login?next=%2Fhub%2Fuser%2Fada%2Flab');
    expect((await t.browser().send('/hub/user/ada/api', { method: 'POST' })).status).toBe(403);
  });

  test('leads to the progress while it starts, and after a failure', async () => {
    const gate = t.spawner.gates.hold('Start', 'before');
    await ada.get('/hub/spawn');
    const wanted = '/hub/spawn-pending/ada?next=%2Fuser%2Fada%2Flab';
    const starting = await ada.get('/hub/user/ada/lab');
    expect([starting.status, starting.location]).toEqual([303, wanted]);
    t.spawner.startError = new TshubError('spawn_failed', { problem: 'no' });
    gate.open();
    await expect.poll(() => t.hub.servers.get('ada', '')?.failed).toBe(true);
    expect((await ada.get('/hub/user/ada/lab')).location).toBe(wanted);
  });
});

describe('the address of a server that is ready but has no route', () => {
  test('leads back a few times, and puts the route right', async () => {
    await run();
    t.proxy.routes.clear();
    let path = '/user/ada/lab?x=1';
    for (const count of [1, 2, 3, 4]) {
      const answer = await ada.get(`/hub${path}`);
      path = `/user/ada/lab?x=1&redirects=${count}`;
      expect([answer.status, answer.location]).toEqual([302, path]);
    }
    expect([...t.proxy.routes.keys()]).toEqual(['/user/ada/']);
    const last = await ada.get(`/hub${path}`);
    expect([last.status, last.text.includes('Redirect loop detected')]).toEqual([500, true]);
  });
});
