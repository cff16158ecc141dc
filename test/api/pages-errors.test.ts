import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;
let token: string;

beforeEach(async () => {
  t = await hubForTest({ settings: { hub: { allow_named_servers: true } } });
  ada = t.browser();
  await ada.login('ada', 'ada-password');
  token = xsrfIn((await ada.get('/hub/home')).text);
});
afterEach(() => t.close());

const from = (path: string) => ({ Referer: `http://hub.example.org${path}` });
const forms = [
  ['/hub/home/start', '/hub/home'],
  ['/hub/home/stop', '/hub/home'],
  ['/hub/home/restart', '/hub/home'],
  ['/hub/home/remove', '/hub/home'],
  ['/hub/spawn/ada', '/hub/spawn/ada?next=%2Fhub%2Fhome'],
  ['/hub/token', '/hub/token'],
  ['/hub/token/revoke', '/hub/token'],
] as const;

describe('a form of somebody whose session has ended', () => {
  test.each(forms)('%s does nothing, says so, and leads back to %s over the login', async (path, page) => {
    await runServer(t, ada, 'ada');
    const starts = t.spawner.starts.length;
    ada.forgetCookie('jupyterhub-hub-login');
    const { status, text } = await ada.post(path, { server: '', note: 'x', _xsrf: token }, from(page));
    expect([status, text.includes('Nothing was done')]).toEqual([403, true]);
    expect(text).toContain(`href="/hub/login?next=${encodeURIComponent(page)}"`);
    expect([t.spawner.starts.length, t.spawner.isRunning('ada')]).toEqual([starts, true]);
  });

  test.each(['http://evil.example.org/x', 'http://hub.example.org//evil.example.org/', 'javascript:alert(1)', 'x'])(
    'that comes from %s leads to the login page, and not there',
    async (referer) => {
      ada.forgetCookie('jupyterhub-hub-login');
      const { text } = await ada.post('/hub/home/stop', { _xsrf: token }, { Referer: referer });
      const next = /href="\/hub\/login(?:\?next=([^"]*))?"/.exec(text)?.[1];
      expect(decodeURIComponent(next ?? '/')).toMatch(/^\/(?!\/)/);
      expect(text).not.toMatch(/href="(javascript|http)/);
    },
  );
});

test.each(forms)('a form of another login: %s does nothing, and leads back to %s', async (path, page) => {
  ada.forgetCookie('_xsrf');
  await ada.login('ada', 'ada-password');
  const { status, text } = await ada.post(path, { server: '', _xsrf: `${token}x` }, from(page));
  expect([status, text.includes('Nothing was done'), text.includes('Load the page again')]).toEqual([403, true, true]);
  expect(t.spawner.starts).toEqual([]);
});

test.each(['start', 'stop', 'restart', 'remove'])('the address of a form is no order: %s', async (verb) => {
  expect((await ada.get(`/hub/home/${verb}`)).location).toBe('/hub/home');
  expect(t.spawner.starts).toEqual([]);
});

test('too many starts are a page that says when to come back', async () => {
  await t.close();
  t = await hubForTest({ settings: { hub: { concurrent_spawn_limit: 1, spawn_queue_limit: 0 } } });
  const gate = t.spawner.gates.hold('Start', 'before');
  const bob = t.browser();
  await bob.login('bob', 'bob-password');
  await bob.get('/hub/spawn');
  await gate.reached;
  const eve = t.browser();
  await eve.login('eve', 'eve-password');
  const { status, text, headers } = await eve.get('/hub/spawn');
  expect([status, Number(headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  expect(text).toMatch(/Try again in \d+ seconds/);
  gate.open();
});
