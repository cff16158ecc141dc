import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser } from '../support/browser.ts';
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
    '/hub/token',
    '/hub/shares',
    '/hub/log',
    '/hub/spawn-pending/ada',
    '/hub/user/ada/',
    '/hub/nowhere',
    '/hub/logout',
  ]) {
    const { text } = await ada.get(path);
    expect(text, path).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  }
});

test('a browser that kept a page from something may say so, if somebody is logged in', async () => {
  const report = {
    'csp-report': { 'document-uri': 'http://hub.example.org/hub/home', 'violated-directive': 'img-src\u001b' },
  };
  const send = (browser: Browser): Promise<number> =>
    browser
      .send('/hub/security/csp-report', {
        method: 'POST',
        body: JSON.stringify(report),
        headers: { 'Content-Type': 'application/csp-report', 'Sec-Fetch-Mode': 'no-cors' },
      })
      .then(({ status }) => status);
  const ada = t.browser();
  expect(await send(ada)).toBe(403);
  await ada.login('ada', 'ada-password');
  expect(await send(ada)).toBe(204);
  expect(t.logged).toContainEqual(
    expect.objectContaining({ msg: 'A browser of ada kept a page from something: img-src?', level: 20 }),
  );
});
