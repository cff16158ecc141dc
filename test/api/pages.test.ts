import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: Browser;

async function begin(settings: Parameters<typeof hubForTest>[0] = {}): Promise<void> {
  t = await hubForTest(settings);
  ada = t.browser();
  await ada.login('ada', 'ada-password');
}
beforeEach(() => begin());
afterEach(() => t.close());

async function press(browser: Browser, path: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const token = xsrfIn((await browser.get('/hub/home')).text);
  return browser.post(path, { ...fields, _xsrf: token });
}
/** A server that is ready. */
async function run(name = ''): Promise<void> {
  await press(ada, '/hub/home/start', { server: name });
  await expect.poll(() => t.hub.servers.get('ada', name)?.ready).toBe(true);
}
const json = { Accept: 'application/json' };

describe('addresses that lead on', () => {
  test.each([
    ['/', '/hub/'],
    ['/tree?x=1', '/hub/tree?x=1'],
    ['/user/ada/api/kernels?x=%2F', '/hub/user/ada/api/kernels?x=%2F'],
    [
      '/hub/user-redirect/lab/tree/a%20b.ipynb?x=1',
      '/hub/spawn/ada?next=%2Fuser%2Fada%2Flab%2Ftree%2Fa%2520b.ipynb%3Fx%3D1',
    ],
  ])('%s leads to %s', async (from, to) => {
    const answer = await ada.get(from);
    expect([answer.status, answer.location]).toEqual([302, to]);
  });

  test.each([
    ['/user/ada', '/user/ada/'],
    ['/services/x?y=1', '/services/x/?y=1'],
    ['/hub', '/hub/'],
  ])('%s gets its slash', async (from, to) => {
    const answer = await ada.get(from);
    expect([answer.status, answer.location]).toEqual([301, to]);
  });

  test('the root of the hub leads to the server that runs, or to its start', async () => {
    expect((await ada.get('/hub/')).location).toBe('/hub/spawn');
    await run();
    expect((await ada.get('/hub/')).location).toBe('/user/ada/');
  });

  test('the root of the hub leads home when the settings say so', async () => {
    await t.close();
    await begin({ settings: { hub: { redirect_to_server: false } } });
    expect((await ada.get('/hub/')).location).toBe('/hub/home');
  });
});

describe('home', () => {
  test('shows a button to start, and after it the server with its use', async () => {
    expect((await ada.get('/hub/home')).text).toMatch(/id="start"/);
    await run();
    const { text } = await ada.get('/hub/home');
    expect(text).toMatch(/id="stop"/);
    expect(text).toContain('95 MiB');
    expect(text).toContain('href="/user/ada/"');
  });

  test('stops the server by a form', async () => {
    await run();
    const answer = await press(ada, '/hub/home/stop', { server: '' });
    expect([answer.status, answer.location]).toEqual([303, '/hub/home']);
    await expect.poll(async () => (await ada.get('/hub/home')).text).toMatch(/id="start"/);
    expect(t.spawner.isRunning('ada')).toBe(false);
  });

  test('says why the server is gone, and shows the last lines of its log, escaped', async () => {
    await run();
    t.spawner.logs.set('tshub-server-ada.service', ['<b>first</b>', 'last line']);
    t.spawner.end('ada', '', { result: 'oom-kill', exitCode: 2, exitStatus: 9, reason: 'it ran out of memory' });
    await expect.poll(async () => (await ada.get('/hub/home')).text).toContain('ran out of memory');
    const { text } = await ada.get('/hub/home');
    expect(text).toContain('&lt;b&gt;first&lt;/b&gt;\nlast line');
  });

  test('is there when spawnerd is away', async () => {
    await run();
    t.spawner.isAway = true;
    const { status, text } = await ada.get('/hub/home');
    expect([status, text.includes('id="stop"')]).toEqual([200, true]);
  });

  test('has no named servers unless they are allowed', async () => {
    expect((await ada.get('/hub/home')).text).not.toContain('id="server_name"');
    const answer = await press(ada, '/hub/home/start', { server: 'lab' });
    expect(answer.status).toBe(400);
  });

  test('starts, stops and removes named servers', async () => {
    await t.close();
    await begin({ settings: { hub: { allow_named_servers: true } } });
    await run('lab');
    expect((await ada.get('/hub/home')).text).toContain('href="/user/ada/lab/"');
    await press(ada, '/hub/home/stop', { server: 'lab' });
    await expect.poll(() => t.hub.servers.get('ada', 'lab')?.active).toBe(false);
    expect((await press(ada, '/hub/home/remove', { server: 'lab' })).status).toBe(303);
    expect(t.hub.servers.get('ada', 'lab')).toBeUndefined();
  });

  test('does not remove the default server', async () => {
    await run();
    expect((await press(ada, '/hub/home/remove', { server: '' })).status).toBe(400);
    expect(t.spawner.isRunning('ada')).toBe(true);
  });
});

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

describe('errors', () => {
  test('what is not there is a page, 404', async () => {
    const { status, text, headers } = await ada.get('/hub/nowhere');
    expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(text).toContain('/hub/home');
  });

  test('another method is 405', async () => {
    expect((await ada.send('/hub/home', { method: 'DELETE' })).status).toBe(405);
  });

  test.each([404, 502, 503])('the page for %i is 200: the proxy sets the status itself', async (code) => {
    const { status, text } = await t.browser().get(`/hub/error/${code}`);
    expect([status, text.includes(String(code))]).toEqual([200, true]);
  });

  test.each(['200', '600', 'x', '4o4'])('there is no page for the error %s', async (code) => {
    expect((await t.browser().get(`/hub/error/${code}`)).status).toBe(404);
  });

  test('what fails inside is a page with a number that the log has too', async () => {
    t.hub.servers.get = () => {
      throw new Error('a secret detail');
    };
    const { status, text } = await ada.get('/hub/home');
    expect(status).toBe(500);
    expect(text).not.toContain('secret detail');
    const id = /TSHUB_ID=([0-9a-f]+)/.exec(text)?.[1];
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'request-failed', id }));
  });

  test('every answer carries the version that clients look for', async () => {
    for (const path of ['/', '/hub/login', '/hub/home', '/hub/nowhere', '/hub/static/style.css', '/user/ada/api/x']) {
      expect((await t.browser().get(path)).headers['x-jupyterhub-version'], path).toBe('5.5.1');
    }
  });
});

describe('static files', () => {
  test('may be kept for ever by the address that pages use, and not by another', async () => {
    const page = (await t.browser().get('/hub/login')).text;
    const url = /href="(\/hub\/static\/style\.css\?v=[0-9a-f]+)"/.exec(page)?.[1] ?? '';
    const kept = await t.browser().get(url);
    expect([kept.status, kept.headers['content-type'], kept.headers['cache-control']]).toEqual([
      200,
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    const bare = await t.browser().get('/hub/static/style.css');
    expect(bare.headers['cache-control']).toBe('no-cache');
    const again = await t.browser().get('/hub/static/style.css', { 'If-None-Match': String(bare.headers.etag) });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test.each(['/hub/logo', '/favicon.ico'])('%s is the logo', async (path) => {
    const first = await t.browser().get(path);
    const answer = first.location === '' ? first : await t.browser().get(first.location);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/svg+xml']);
  });

  test.each(['/hub/static/..%2fpages.ts', '/hub/static/../../main.ts', '/hub/static/pages.ts', '/hub/static/'])(
    '%s is not there',
    async (path) => {
      expect((await t.browser().get(path)).status).toBe(404);
    },
  );
});

test('no page holds a script or a style of its own, which the policy would refuse', async () => {
  for (const path of [
    '/hub/login',
    '/hub/home',
    '/hub/spawn-pending/ada',
    '/hub/user/ada/',
    '/hub/nowhere',
    '/hub/logout',
  ]) {
    const { text } = await ada.get(path);
    expect(text, path).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  }
});
