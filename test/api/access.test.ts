import { routes, type Route } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  t = await hubForTest();
  await t.user('ada');
  await t.user('bob');
  await t.user('root', { admin: true });
});
afterAll(() => t.close());

/** A request for what is ada's, or for what is nobody's. */
const pathOf = (route: Route, user = 'ada'): string => route.path.replace(':user', user).replace('/:server', '/lab');
const send = (route: Route, token: string | undefined, user = 'ada'): ReturnType<TestHub['api']> =>
  t.api(pathOf(route, user), {
    method: route.method,
    ...(token === undefined ? {} : { token }),
    ...(route.body === undefined ? {} : { json: {} }),
  });

const guarded = Object.entries(routes as Record<string, Route>).filter(([, route]) => route.scopes.length > 0);

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

  if (/^\/users\/:user\/servers?/.test(route.path)) {
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
