import { routes, type Route } from '@tshub/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
const tokens: Record<string, string> = {};

/** What the requests below may have changed or deleted is made anew: ada in staff, bob in other, the role helpers. */
async function restore(): Promise<void> {
  const { groups, roles } = t.hub;
  for (const [user, group] of [
    ['ada', 'staff'],
    ['bob', 'other'],
  ] as const) {
    await t.user(user);
    const [made = await groups.byName(group)] = (await groups.byName(group)) ? [] : await groups.create([group]);
    if (made !== undefined) await groups.addUsers(made, [user]);
  }
  if (roles.get('helpers') === undefined) await roles.create({ name: 'helpers', description: '', scopes: [] });
}

beforeAll(async () => {
  t = await hubForTest({ settings: { services: { papers: {}, wiki: {} } } });
  await t.user('root', { admin: true });
});
beforeEach(restore);
afterAll(() => t.close());

/** A request for what is ada's, about staff, or for what is nobody's. */
const pathOf = (route: Route, user: string, group: string): string =>
  Object.entries({
    user,
    group,
    server: 'lab',
    role: 'helpers',
    token: 'a0',
    name: 'ada',
    owner: 'bob',
    service: 'papers',
    cookie: 'c',
    value: 'v',
  }).reduce((path, [name, value]) => path.replace(new RegExp(`:${name}(?=/|$)`), value), route.path);
const send = (route: Route, token: string | undefined, user = 'ada', group = 'staff'): ReturnType<TestHub['api']> =>
  t.api(pathOf(route, user, group), {
    method: route.method,
    ...(token === undefined ? {} : { token }),
    ...(route.body === undefined ? {} : { json: {} }),
  });

/** These look at scopes by themselves, with an answer of their own; see tokens-rest.test.ts and users-change.test.ts. */
const byHand: ReadonlySet<string> = new Set(['tokens.create', 'users.adminAccess']);
const guarded = Object.entries(routes as Record<string, Route>).filter(
  ([name, route]) => route.scopes.length > 0 && !byHand.has(name),
);

/** Whether the checks let a request through to the rules of its room: those may still say that something is missing or wrong. */
const passed = (answer: { status: number; text: string }): boolean =>
  answer.status !== 403 &&
  !answer.text.includes('No access to resources') &&
  !answer.text.includes('Missing or invalid credentials');

describe.each(guarded)('%s', (name, route) => {
  const [scope = ''] = route.scopes;

  test('needs credentials', async () => {
    expect(await send(route, undefined)).toMatchObject({
      status: 403,
      text: '{"status":403,"message":"Missing or invalid credentials."}',
    });
  });

  test('is refused without the scope, and says which it is', async () => {
    const token = (tokens['none'] ??= await t.token('root', ['admin-ui']));
    const answer = await send(route, token);
    expect(answer.json()).toEqual({
      status: 403,
      message: `Action is not authorized with current scopes; requires any of [${route.scopes.join(', ')}]`,
    });
  });

  test('is open with the scope for everybody', async () => {
    const answer = await send(route, await t.token('root', [scope]));
    expect(passed(answer), `${answer.status} ${answer.text}`).toBe(true);
  });

  if (route.path.includes(':user')) {
    test('is open with the scope for this user, and looks missing with that for another', async () => {
      expect(passed(await send(route, await t.token('root', [`${scope}!user=ada`])))).toBe(true);
      expect(await send(route, await t.token('root', [`${scope}!user=bob`]))).toMatchObject({ status: 404 });
      expect((await send(route, await t.token('root', [`${scope}!user=bob`]))).text).toContain(
        'No access to resources',
      );
    });

    test('does not tell a stranger whether there is such a user', async () => {
      const token = await t.token('root', [`${scope}!user=bob`]);
      expect((await send(route, token, 'nobody')).text).toBe((await send(route, token, 'ada')).text);
    });
  }

  const lets = async (filter: string): Promise<boolean> =>
    passed(await send(route, await t.token('root', [`${scope}!${filter}`])));

  if (/:(user|group)\b/.test(route.path)) {
    test('is open with the scope for the group, and looks missing with that for another', async () => {
      expect(await lets('group=staff')).toBe(true);
      await restore();
      expect(await lets('group=other')).toBe(false);
    });
  }

  if (route.path.includes(':group')) {
    test('does not tell a stranger whether there is such a group, nor take a scope for a user', async () => {
      const token = await t.token('root', [`${scope}!group=other`]);
      expect((await send(route, token, 'ada', 'nothing')).text).toBe((await send(route, token)).text);
      expect(await lets('user=ada')).toBe(false);
    });
  }

  if (route.path.includes(':service')) {
    test('is open with the scope for the service, and looks missing with that for another, or for a user', async () => {
      expect(await lets('service=papers')).toBe(true);
      for (const other of ['service=wiki', 'user=papers', 'group=papers', 'server=papers/'])
        expect((await send(route, await t.token('root', [`${scope}!${other}`]))).text, other).toContain(
          'No access to resources',
        );
    });
  } else {
    test('takes no scope for a service', async () => {
      const answer = await send(route, await t.token('root', [`${scope}!service=papers`]));
      if (route.list !== true) expect(passed(answer), `${answer.status} ${answer.text}`).toBe(false);
      expect(answer.text).not.toMatch(/"(ada|bob|staff|helpers)"/);
    });
  }

  if (!route.path.includes(':') || route.path.includes(':role')) {
    test('is about no user: with a scope for one it shows or does nothing for others', async () => {
      const answer = await send(route, await t.token('root', [`${scope}!user=ada`]));
      if (route.list !== true) expect(passed(answer), `${answer.status} ${answer.text}`).toBe(false);
      expect(answer.text).not.toContain('bob');
    });
  }

  if (/^\/users\/:user\/servers?|^\/share(s|-codes)\/:user\/:server/.test(route.path)) {
    test('is open with the scope for this server alone', async () => {
      const server = name.endsWith('Default') ? 'ada/' : 'ada/lab';
      expect(passed(await send(route, await t.token('root', [`${scope}!server=${server}`])))).toBe(true);
      expect((await send(route, await t.token('root', [`${scope}!server=ada/other`]))).text).toContain(
        'No access to resources',
      );
    });
  }
});

test('every route is guarded by a scope, or says why not', () => {
  for (const [name, route] of Object.entries(routes as Record<string, Route>))
    expect(route.scopes.length > 0 || route.open !== undefined, name).toBe(true);
});
