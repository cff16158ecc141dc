import { Router } from '@koa/router';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRoot, order, runFor } from '../support/admin-steps.ts';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

/** Every form of every page, and what each must not do. Forms that change nothing for whoever is logged in stand here with the reason. */
const others: Readonly<Record<string, string>> = {
  '/hub/login': 'is how one gets a session; has a token of its own (login.test.ts)',
  '/hub/logout': 'ends a session that there may not be (session.test.ts)',
  '/hub/oauth_login': 'is how one gets a session (oidc.test.ts)',
  '/hub/security/csp-report': 'is sent by browsers, and counts',
};

let t: TestHub;
let root: Browser;
let posted: readonly string[];

const collect = vi.spyOn(Router.prototype, 'post');
beforeAll(async () => {
  t = await hubForTest({ settings: { hub: { allow_named_servers: true } } });
  posted = [...new Set(collect.mock.calls.flatMap(([path]) => path as unknown))].filter(
    (path): path is string => typeof path === 'string' && path.startsWith('/hub/') && !path.startsWith('/hub/api/'),
  );
  collect.mockRestore();
  root = await makeRoot(t);
  await runFor(t, 'root-of-all');
  await t.user('root-of-all', { admin: true });
  await t.hub.groups.create(['class'], { users: ['root-of-all'] });
});
afterAll(() => t.close());

/** An address of a route, about what there is. */
function addressOf(route: string): string {
  const name = route.startsWith('/hub/admin/groups')
    ? 'class'
    : route.startsWith('/hub/admin/roles') || route.startsWith('/hub/admin/services')
      ? 'user'
      : 'root-of-all';
  return route.replace(/\{\/:server\}/g, '').replace(/\{?\/:(\w+)\}?/g, `/${name}`);
}

/** All that any form asks for, so that none is refused for what it lacks. */
const fields = {
  server: '',
  user: 'root-of-all',
  name: 'new-one',
  names: 'new-one',
  action: 'stop',
  whom: 'ticked',
  order: 'stop root-of-all/',
  group: 'class',
  role: 'user',
  note: 'x',
  confirm: 'root-of-all',
  sure: '1',
  mem_limit: '1G',
  token: 'a1',
  owner: 'root-of-all',
} as const;

/** What was done: everything that is written down, and what spawnerd was asked for. */
const done = (): unknown => [
  t.logged.filter(({ event }) => event !== undefined && !String(event).startsWith('login')).length,
  t.spawner.starts.length,
  t.spawner.isRunning('root-of-all'),
];

const eachForm = (work: (address: string, route: string) => Promise<void>) => async (): Promise<void> => {
  expect(posted.length).toBeGreaterThan(35);
  expect(Object.keys(others).filter((route) => !posted.includes(route))).toEqual([]);
  for (const route of posted) if (others[route] === undefined) await work(addressOf(route), route);
};

test('what these tests look at does change when a form is in order', async () => {
  const before = done();
  await order(root, '/hub/admin/groups', { name: 'new-one' });
  expect(done()).not.toEqual(before);
});

describe('every form of every page', () => {
  test(
    'does nothing for a session that has ended, says so, and leads back over the login',
    eachForm(async (address, route) => {
      const token = xsrfIn((await root.get('/hub/home')).text);
      const gone = t.browser();
      gone.setCookie('_xsrf', root.cookie('_xsrf') ?? '');
      const before = done();
      const page = '/hub/admin?sort=name';
      const answer = await gone.post(
        address,
        { ...fields, _xsrf: token },
        { Referer: `http://hub.example.org${page}` },
      );
      expect([route, answer.status, answer.text.includes('Nothing was done')]).toEqual([route, 403, true]);
      expect(answer.text).toContain(`href="/hub/login?next=${encodeURIComponent(page)}"`);
      expect([route, done()]).toEqual([route, before]);
    }),
  );

  test.each([
    ['without its token', {}],
    ['with the token of somebody else', { _xsrf: 'x'.repeat(40) }],
  ])(
    'does nothing %s',
    async (_, own) =>
      await eachForm(async (address, route) => {
        const before = done();
        const answer = await root.post(address, { ...fields, ...own });
        expect([route, answer.status]).toEqual([route, 403]);
        expect([route, done()]).toEqual([route, before]);
      })(),
  );

  test(
    'does nothing when its address is opened',
    eachForm(async (address, route) => {
      const before = done();
      const token = xsrfIn((await root.get('/hub/home')).text);
      const query = new URLSearchParams({ ...fields, _xsrf: token }).toString();
      // A start is what the page of a start is for; it asks first when another site leads there.
      if (route.startsWith('/hub/spawn')) return;
      await root.get(`${address}?${query}`);
      expect([route, done()]).toEqual([route, before]);
      expect([route, (await root.get('/hub/home')).status]).toEqual([route, 200]);
    }),
  );

  test(
    'of a page of administrators does nothing for a user, and tells nothing of what there is',
    eachForm(async (address, route) => {
      if (!route.startsWith('/hub/admin')) return;
      const ada = t.browser();
      await ada.login('ada', 'ada-password');
      const token = xsrfIn((await ada.get('/hub/home')).text);
      const before = done();
      const answer = await ada.post(address, { ...fields, _xsrf: token });
      expect([route, answer.status]).toEqual([route, 403]);
      expect([route, done()]).toEqual([route, before]);
    }),
  );
});

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '/%09/evil.example',
  '\t//evil.example',
])('no page leads to %s', async (evil) => {
  const next = encodeURIComponent(evil);
  for (const path of [
    '/hub/login',
    '/hub/language/de',
    '/hub/spawn',
    '/hub/spawn-pending',
    '/hub/logout',
    '/hub/home/start',
  ]) {
    const browser = await makeRoot(t);
    const { location, text } = await browser.get(`${path}?next=${next}`);
    expect([path, location]).toEqual([path, expect.not.stringMatching(/^(?:[a-z]+:|\/[/\\]|\s)/i)]);
    expect([path, text]).toEqual([
      path,
      expect.not.stringMatching(/(?:href|action|content|data-next)="[^"]*(?:\/\/evil|javascript:|\\evil)/),
    ]);
  }
});
