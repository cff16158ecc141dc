import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let token: string;
let ended: number;

beforeEach(async () => {
  ended = 0;
  t = await hubForTest({ end: () => (ended += 1) });
  await t.user('boss', { admin: true });
  await t.user('ada');
  token = await t.token('boss');
  await t.api('/users/ada/server', { method: 'POST', token: await t.token('ada') });
});
afterEach(() => t.close());

describe('routes of the proxy', () => {
  test('are read by path, in pages when asked for', async () => {
    const routes = (await t.api('/proxy', { token })).json();
    expect(Object.keys(routes)).toEqual(['/', '/user/ada/']);
    expect(routes).toMatchObject({
      '/': { routespec: '/', data: { hub: true } },
      '/user/ada/': { routespec: '/user/ada/', data: { user: 'ada', server_name: '' } },
    });
    const page = await t.api('/proxy?limit=1', {
      token,
      headers: { Accept: 'application/jupyterhub-pagination+json' },
    });
    expect(page.json()).toMatchObject({ items: { '/': {} }, _pagination: { total: 2, next: { offset: 1, limit: 1 } } });
    expect((await t.api('/proxy', { token: await t.token('ada') })).status).toBe(403);
  });

  test.each(['POST', 'PATCH'])('are put right by %s', async (method) => {
    t.proxy.routes.clear();
    const answer = await t.api('/proxy', { method, token, ...(method === 'PATCH' && { json: {} }) });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect([...t.proxy.routes.keys()]).toEqual(['/user/ada/']);
  });

  test.each([[[]], [null], [{ api_url: 'http://evil.example.org' }], [{ auth_token: 'x' }]])(
    'another proxy cannot be named: %j',
    async (json) => {
      expect((await t.api('/proxy', { method: 'PATCH', token, json })).status).toBe(400);
    },
  );

  test('one that proxyd refuses does not keep the others away, and is told of once', async () => {
    const { AddRoute } = t.proxy.calls;
    t.proxy.routes.clear();
    const { TshubError } = await import('@tshub/contract');
    const refuse: typeof AddRoute = (prefix, ...rest) =>
      prefix.startsWith('/services/')
        ? Promise.reject(new TshubError('bad_request', { problem: 'uid: expected another' }))
        : AddRoute(prefix, ...rest);
    Object.assign(t.proxy.calls, { AddRoute: refuse });
    await t.close();
    t = await hubForTest({ proxy: t.proxy, settings: { services: { x: { url: 'http://127.0.0.1:1', user: '33' } } } });
    await t.hub.servers.reconcileRoutes();
    await t.hub.servers.reconcileRoutes();
    const told = t.logged.filter(({ msg }) => msg.includes('does not take the route /services/x/'));
    expect(told).toHaveLength(1);
  });
});

describe('a shutdown', () => {
  test('leaves servers running, and ends the hub once', async () => {
    const answer = await t.api('/shutdown', { method: 'POST', token });
    expect([answer.status, answer.json()]).toEqual([202, { message: 'Shutting down Hub' }]);
    await expect.poll(() => ended).toBe(1);
    expect(t.hub.servers.activeCount).toBe(1);
    await t.api('/shutdown', { method: 'POST', token });
    expect(ended).toBe(1);
  });

  test('stops them first when asked to', async () => {
    await t.api('/shutdown', { method: 'POST', token: await t.token('boss', ['shutdown']), json: { servers: true } });
    await expect.poll(() => ended).toBe(1);
    expect(t.hub.servers.activeCount).toBe(0);
  });

  test.each([{ servers: 'yes' }, { proxy: 1 }])('%j is refused', async (json) => {
    expect((await t.api('/shutdown', { method: 'POST', token, json })).status).toBe(400);
    expect((await t.api('/shutdown', { method: 'POST', token: await t.token('ada') })).status).toBe(403);
    expect(ended).toBe(0);
  });
});
