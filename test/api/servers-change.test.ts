import { serverModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { quick } from '../support/servers-for-test.ts';

let t: TestHub;
let ada: string;
const named = {
  hub: { allow_named_servers: true, named_server_limit_per_user: 2 },
  profiles: [{ name: 'small' }, { name: 'big' }],
};

async function begin(settings: Parameters<typeof hubForTest>[0] = { settings: named }): Promise<void> {
  t = await hubForTest({ timing: quick, ...settings });
  await t.user('ada');
  ada = await t.token('ada');
}
beforeEach(() => begin());
afterEach(() => t.close());

const call = (method: string, path: string, json?: unknown, token = ada): ReturnType<TestHub['api']> =>
  t.api(`/users/ada${path}`, { method, token, ...(json === undefined ? {} : { json }) });
const names = async (): Promise<string[]> =>
  Object.keys((await call('GET', '?include_stopped_servers')).json()['servers'] as object);

describe('PUT makes a named server and starts nothing', () => {
  test('201 and the model; again 409', async () => {
    const made = await call('PUT', '/servers/lab', { display_name: 'My lab', user_options: { profile: 'big' } });
    expect([made.status, serverModel.parse(made.json())]).toMatchObject([
      201,
      {
        name: 'lab',
        display_name: 'My lab',
        full_name: 'ada/lab',
        stopped: true,
        ready: false,
        started: null,
        user_options: { profile: 'big' },
      },
    ]);
    expect(t.spawner.starts).toEqual([]);
    expect((await call('PUT', '/servers/lab')).json()).toEqual({
      status: 409,
      message: "ada's server lab already exists",
    });
    expect((await call('PUT', '/servers/')).status).toBe(409);
    expect((await call('POST', '/servers/lab')).status).toBe(201);
    expect(t.spawner.starts[0]).toMatchObject({ user: 'ada', server: 'lab', profile: 'big' });
  });

  test.each([
    ['Lab', undefined],
    ['-lab', undefined],
    ['a--b', undefined],
    ['x'.repeat(31), undefined],
    ['lab', { display_name: ' lab' }],
    ['lab', { display_name: 7 }],
    ['lab', { user_options: 'big' }],
    ['lab', { colour: 'red' }],
  ])('%s %j is refused', async (name, body) => {
    expect((await call('PUT', `/servers/${name}`, body)).status).toBe(400);
    expect(await names()).toEqual([]);
  });

  test('the limit counts what is stopped as well; two at once make one', async () => {
    const twice = await Promise.all([call('PUT', '/servers/one'), call('PUT', '/servers/one')]);
    expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    const others = await Promise.all([call('PUT', '/servers/two'), call('PUT', '/servers/too')]);
    expect(others.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect((await call('PUT', '/servers/three')).json()['message']).toContain('maximum of 2 named servers');
    expect((await call('POST', '/servers/three')).status).toBe(400);
  });

  test('only where there are named servers', async () => {
    await t.close();
    await begin({});
    expect((await call('PUT', '/servers/lab')).json()).toEqual({
      status: 400,
      message: 'Named servers are not enabled.',
    });
  });
});

describe('PATCH changes a server that does not run', () => {
  beforeEach(async () => {
    await call('PUT', '/servers/lab', { user_options: { profile: 'big' } });
  });

  test('its name, with all that it is', async () => {
    const moved = await call('PATCH', '/servers/lab', { name: 'den', display_name: 'The den' });
    expect([moved.status, moved.json()]).toMatchObject([
      200,
      {
        name: 'den',
        display_name: 'The den',
        url: '/user/ada/den/',
        progress_url: '/hub/api/users/ada/servers/den/progress',
        user_options: { profile: 'big' },
      },
    ]);
    expect((await call('GET', '/servers/lab')).status).toBe(404);
    expect((await call('POST', '/servers/den')).status).toBe(201);
    expect(t.spawner.starts[0]).toMatchObject({ server: 'den', profile: 'big' });
    expect(await names()).toEqual(['den']);
  });

  test('of the default server how it is called and its options', async () => {
    const changed = await call('PATCH', '/server', { display_name: 'Home', user_options: { profile: 'small' } });
    expect(changed.json()).toMatchObject({ name: '', display_name: 'Home', user_options: { profile: 'small' } });
    expect((await call('PATCH', '/server', { name: 'home' })).status).toBe(400);
    expect((await call('PATCH', '/server', { display_name: null })).json()['display_name']).toBeNull();
  });

  test.each([
    [{}, 400],
    [undefined, 400],
    [{ colour: 'red' }, 400],
    [{ name: 'lab', colour: 'red' }, 400],
    [{ name: 'Den' }, 400],
    [{ name: '' }, 400],
    [{ user_options: [] }, 400],
    [{ user_options: null }, 400],
    [{ display_name: 'a\u0000b' }, 400],
  ])('%j is refused', async (body, status) => {
    expect((await call('PATCH', '/servers/lab', body)).status).toBe(status);
    expect(await names()).toEqual(['lab']);
  });

  test('not one that runs, that is not there, or to a name that is taken', async () => {
    expect((await call('PATCH', '/servers/none', { name: 'den' })).status).toBe(404);
    await call('PUT', '/servers/den');
    const taken = await call('PATCH', '/servers/lab', { name: 'den' });
    expect([taken.status, taken.json()['message']]).toEqual([409, "ada's server den already exists"]);
    await call('POST', '/servers/lab');
    expect((await call('PATCH', '/servers/lab', { display_name: 'x' })).json()).toEqual({
      status: 400,
      message: "ada's server lab is running; it can be changed when it is stopped",
    });
  });

  test('whoever may start one server makes no other of it', async () => {
    const one = await t.token('ada', ['start:servers!server=ada/lab']);
    expect((await call('PATCH', '/servers/lab', { display_name: 'mine' }, one)).status).toBe(200);
    expect((await call('PATCH', '/servers/lab', { name: 'den' }, one)).status).toBe(404);
    expect((await call('PUT', '/servers/den', undefined, one)).status).toBe(404);
    expect(await names()).toEqual(['lab']);
  });
});

describe('a display name', () => {
  const shown = async (display_name: string): Promise<[number, unknown]> => {
    const answer = await call('PATCH', '/server', { display_name });
    return [answer.status, answer.json()['display_name']];
  };

  test('is kept in the composed form of Unicode, and with a start', async () => {
    expect(await shown('Cafe\u0301')).toEqual([200, 'Caf\u00e9']);
    expect(await shown('\u{1F600} lab')).toEqual([200, '\u{1F600} lab']);
    expect(await shown('x'.repeat(255))).toEqual([200, 'x'.repeat(255)]);
    await call('POST', '/server', { display_name: 'At the start' });
    expect((await call('GET', '/server')).json()).toMatchObject({ ready: true, display_name: 'At the start' });
  });

  test.each([
    '',
    ' ',
    ' a',
    'a ',
    'a  b',
    'a\tb',
    'a\nb',
    'a\u00a0b',
    'a\u200bb',
    'a\u2028b',
    '\ud800',
    'x'.repeat(256),
  ])('%j is none', async (name) => {
    expect((await shown(name))[0]).toBe(400);
    expect((await call('POST', '/server', { display_name: name })).status).toBe(400);
    expect(t.spawner.starts).toEqual([]);
  });
});
