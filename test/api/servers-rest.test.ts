import { serverModel, TshubError, userUsageModel } from '@tshub/contract';
import { afterEach, expect, test } from 'vitest';
import { hubForTest, type SettingsInput, type TestHub } from '../support/hub-for-test.ts';
import { quick } from '../support/servers-for-test.ts';
import { soon } from '../support/soon.ts';

let hub: TestHub;
afterEach(() => hub.close());

/** A hub with ada, and her token. */
async function hubWithAda(settings: SettingsInput = {}): Promise<string> {
  hub = await hubForTest({ settings, timing: quick });
  await hub.user('ada');
  return hub.token('ada');
}

test('POST starts the default server: 201, empty text, and the model says ready', async () => {
  const token = await hubWithAda();
  const started = await hub.api('/users/ada/server', { method: 'POST', token });
  expect([started.status, started.text, started.headers['content-type']]).toEqual([
    201,
    '',
    'text/plain; charset=utf-8',
  ]);
  const model = serverModel.parse((await hub.api('/users/ada/server', { token })).json());
  expect(model).toMatchObject({
    name: '',
    full_name: 'ada/',
    ready: true,
    pending: null,
    stopped: false,
    url: '/user/ada/',
    progress_url: '/hub/api/users/ada/server/progress',
    full_url: null,
  });
  expect(model).not.toHaveProperty('state');
});

test('the state of a server is shown to holders of admin:server_state', async () => {
  const token = await hubWithAda();
  await hub.api('/users/ada/server', { method: 'POST', token });
  await hub.user('root', { admin: true });
  const model = (await hub.api('/users/ada/server', { token: await hub.token('root') })).json();
  expect(model['state']).toMatchObject({ unit_name: 'tshub-server-ada.service', uid: 1000 });
});

test('how a server ended is told in detail to holders of admin:server_state alone', async () => {
  const token = await hubWithAda();
  await hub.api('/users/ada/server', { method: 'POST', token });
  await hub.user('root', { admin: true });
  const root = await hub.token('root');
  hub.spawner.end('ada', '', { result: 'exit-code', exitCode: 1, exitStatus: 3, reason: 'exited with code 3' });
  const shown = async (as: string) => (await hub.api('/users/ada/server', { token: as })).json();
  await soon(async () => (await shown(root))['last_end_detail']).toContain(
    'tshub-server-ada.service: result exit-code',
  );
  expect(await shown(token)).not.toHaveProperty('last_end_detail');
  const inUser = (await hub.api('/users/ada?include_stopped_servers=1', { token })).json();
  expect(JSON.stringify(inUser)).not.toContain('INVOCATION_ID');
});

test('a start that takes longer than slow_spawn_timeout is 202, and so is asking again; then it is ready', async () => {
  const token = await hubWithAda({ hub: { slow_spawn_timeout: 0.01 } });
  const gate = hub.spawner.gates.hold('Start', 'before');
  expect((await hub.api('/users/ada/server', { method: 'POST', token })).status).toBe(202);
  expect((await hub.api('/users/ada/server', { method: 'POST', token })).status).toBe(202);
  expect((await hub.api('/users/ada/server', { token })).json()).toMatchObject({ pending: 'spawn', ready: false });
  gate.open();
  await soon(async () => (await hub.api('/users/ada/server', { token })).json()['ready']).toBe(true);
  const again = await hub.api('/users/ada/server', { method: 'POST', token });
  expect([again.status, again.json()['message']]).toEqual([400, "ada's server is already running"]);
});

test('a start that fails in time is an error with its reason', async () => {
  const token = await hubWithAda({ spawner: { http_timeout: 0.02 } });
  hub.proxy.answer = () => [0, 'connection refused'];
  const answer = await hub.api('/users/ada/server', { method: 'POST', token });
  expect(answer.status).toBe(500);
  expect(answer.json()).toEqual({
    status: 500,
    message: 'the server did not answer within 0.02 s (connection refused)',
  });
});

test('DELETE stops a server: 204, also when it was not running, and 202 when it takes long', async () => {
  const token = await hubWithAda({ hub: { slow_stop_timeout: 0.01 } });
  expect((await hub.api('/users/ada/server', { method: 'DELETE', token })).status).toBe(204);
  await hub.api('/users/ada/server', { method: 'POST', token });
  const gate = hub.spawner.gates.hold('Stop', 'before');
  expect((await hub.api('/users/ada/server', { method: 'DELETE', token })).status).toBe(202);
  gate.open();
  await soon(async () => (await hub.api('/users/ada/server', { token })).json()['stopped']).toBe(true);
  expect((await hub.api('/users/ada/server', { method: 'DELETE', token })).status).toBe(204);
});

test('a named server is started, read and removed by its name; an empty name is the default server', async () => {
  const token = await hubWithAda({ hub: { allow_named_servers: true } });
  expect((await hub.api('/users/ada/servers/lab', { method: 'POST', token })).status).toBe(201);
  expect((await hub.api('/users/ada/servers/lab', { token })).json()).toMatchObject({
    full_name: 'ada/lab',
    url: '/user/ada/lab/',
  });
  expect((await hub.api('/users/ada/servers/', { method: 'POST', token })).status).toBe(201);
  expect((await hub.api('/users/ada/server', { token })).json()).toMatchObject({ ready: true });
  expect((await hub.api('/users/ada/server', { method: 'DELETE', token, json: { remove: true } })).status).toBe(400);
  expect((await hub.api('/users/ada/servers/lab', { method: 'DELETE', token, json: { remove: true } })).status).toBe(
    204,
  );
  expect((await hub.api('/users/ada/servers/lab', { token })).status).toBe(404);
  expect((await hub.api('/users/ada/servers/lab', { method: 'DELETE', token })).status).toBe(404);
});

test('user options come by their name, or are the whole body', async () => {
  const token = await hubWithAda();
  for (const json of [{ user_options: { profile: 'big' } }, { profile: 'small' }]) {
    await hub.api('/users/ada/server', { method: 'POST', token, json });
    await hub.api('/users/ada/server', { method: 'DELETE', token });
  }
  expect(hub.spawner.starts.map(({ profile }) => profile)).toEqual(['big', 'small']);
  const wrong = await hub.api('/users/ada/server', { method: 'POST', token, json: { user_options: 'big' } });
  expect([wrong.status, wrong.json()['message']]).toEqual([400, 'Invalid user options: expected an object']);
});

test('a busy hub says when to come again', async () => {
  const token = await hubWithAda({
    hub: { concurrent_spawn_limit: 1, spawn_queue_limit: 0, slow_spawn_timeout: 0.01 },
  });
  const gate = hub.spawner.gates.hold('Start', 'before');
  await hub.api('/users/ada/server', { method: 'POST', token });
  await hub.user('bob');
  const answer = await hub.api('/users/bob/server', { method: 'POST', token: await hub.token('bob') });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(30);
  gate.open();
});

test('progress is a stream of events that ends with ready', async () => {
  const token = await hubWithAda({ hub: { slow_spawn_timeout: 0 } });
  const gate = hub.spawner.gates.hold('Start', 'before');
  await hub.api('/users/ada/server', { method: 'POST', token });
  const answer = hub.api('/users/ada/server/progress', { token });
  gate.open();
  const { headers, text } = await answer;
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(headers['cache-control']).toBe('no-cache');
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
  expect(events[0]).toEqual({ progress: 0, message: 'Server requested' });
  expect(events.at(-1)).toEqual({
    progress: 100,
    ready: true,
    message: 'Server ready at /user/ada/',
    html_message: 'Server ready at <a href="/user/ada/">/user/ada/</a>',
    url: '/user/ada/',
  });
});

test('what a server wrote is told to those who may read its log, and to nobody else who sees it', async () => {
  const token = await hubWithAda();
  hub.spawner.logs.set('tshub-server-ada.service', ['password: hunter2']);
  hub.spawner.startError = new TshubError('spawn_failed', { problem: 'exited with code 3' });
  await hub.api('/users/ada/server', { method: 'POST', token });
  const progress = async (as: string) => (await hub.api('/users/ada/server/progress', { token: as })).text;
  expect(await progress(token)).toContain('"log":["password: hunter2"]');
  const seer = await progress(await hub.token('ada', ['read:servers!user=ada']));
  expect(seer).toContain('Spawn failed: exited with code 3');
  expect(seer).not.toContain('hunter2');
});

test('progress of what nobody starts is 400, of nobody 404', async () => {
  const token = await hubWithAda();
  expect((await hub.api('/users/ada/server/progress', { token })).json()).toEqual({
    status: 400,
    message: "ada's server is not starting",
  });
  await hub.user('root', { admin: true });
  expect((await hub.api('/users/nobody/server/progress', { token: await hub.token('root') })).status).toBe(404);
});

test("others' servers are not there", async () => {
  await hubWithAda();
  await hub.user('eve');
  const token = await hub.token('eve');
  for (const method of ['GET', 'POST', 'DELETE']) {
    const answer = await hub.api('/users/ada/server', { method, token });
    expect([answer.status, answer.json()['message']]).toEqual([404, 'No access to resources or resources not found']);
  }
});

test('usage of the servers of a user is there for whoever may read them', async () => {
  const token = await hubWithAda();
  await hub.api('/users/ada/server', { method: 'POST', token });
  const usage = userUsageModel.parse((await hub.api('/users/ada/usage', { token })).json());
  expect(usage).toMatchObject({
    user: 'ada',
    servers: { '': { memory: 100_000_000, cpu_seconds: 1.5, memory_limit: null, last_kill: null } },
  });
  await hub.user('bob');
  expect((await hub.api('/users/ada/usage', { token: await hub.token('bob') })).status).toBe(404);
});

test('the model of a server says why it ended', async () => {
  const token = await hubWithAda();
  await hub.api('/users/ada/server', { method: 'POST', token });
  expect(serverModel.parse((await hub.api('/users/ada/server', { token })).json()).last_end).toBeNull();
  const ending = { result: 'oom-kill', exitCode: 2, exitStatus: 9, reason: 'out of memory: limit 1 GiB' };
  hub.spawner.end('ada', '', ending);
  await soon(async () => serverModel.parse((await hub.api('/users/ada/server', { token })).json()).last_end).toBe(
    'The server stopped: out of memory: limit 1 GiB',
  );
});
