import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import type { Browser } from '../support/browser.ts';
import { xsrfIn } from '../support/browser.ts';

const profiles = [
  { name: 'small', title: 'Small <b>', description: 'For a look.' },
  {
    name: 'big',
    options: {
      memory: { title: 'Memory', setting: 'mem_limit', values: ['1G', '4G'], default: '1G' },
      cores: { setting: 'cpu_limit', min: 1, max: 4, default: 2 },
    },
  },
  { name: 'staff', allowed_groups: ['staff'] },
];

let hub: TestHub;
let ada: Browser;

async function begin(settings: Record<string, unknown[] | Record<string, unknown>> = { profiles }): Promise<void> {
  await hub?.close();
  hub = await hubForTest({
    settings,
    accounts: [
      { name: 'ada', uid: 1000 },
      { name: 'bob', uid: 1001, groups: ['staff'] },
    ],
  });
  ada = hub.browser();
  await ada.login('ada', 'ada-password');
}

const start = async (user: string, json?: unknown) =>
  hub.api(`/users/${user}/server`, {
    method: 'POST',
    token: await hub.token(user),
    ...(json === undefined ? {} : { json }),
  });

beforeEach(() => begin());
afterEach(() => hub.close());

describe('the page before a start', () => {
  test('shows the profiles that one may use, with what may be chosen, and starts nothing', async () => {
    const { status, text } = await ada.get('/hub/spawn');
    expect(status).toBe(200);
    expect(text).toContain('Small &lt;b&gt;');
    expect(text).toContain('name="opt-profile" value="big"');
    expect(text).toContain('<option value="4G"');
    expect(text).toMatch(/name="opt-cores"\s+type="number"\s+min="1" max="4" step="any"\s+value="2"/);
    expect(text).not.toContain('staff');
    expect(hub.spawner.starts).toEqual([]);
  });

  test('starts what was chosen, and shows it first the next time', async () => {
    const page = await ada.get('/hub/spawn/ada');
    await ada.post('/hub/spawn/ada', {
      _xsrf: xsrfIn(page.text),
      'opt-profile': 'big',
      'opt-memory': '4G',
      'opt-cores': '3',
    });
    await expect.poll(() => hub.hub.servers.get('ada', '')?.ready).toBe(true);
    expect(hub.spawner.starts[0]).toMatchObject({ profile: 'big', options: { memory: '4G', cores: '3' } });
    expect(hub.hub.servers.get('ada', '')?.profile).toBe('big');
    await ada.post('/hub/home/stop', { _xsrf: xsrfIn((await ada.get('/hub/home')).text), server: '' });
    await expect.poll(() => hub.hub.servers.get('ada', '')?.active).toBe(false);
    const { text } = await ada.get('/hub/spawn');
    expect(text.indexOf('value="big"')).toBeLessThan(text.indexOf('value="small"'));
    expect(text).toMatch(/<option value="4G"\s+selected/);
    expect(text).toMatch(/value="3"/);
  });

  test('is where the button of the home page leads', async () => {
    const home = await ada.get('/hub/home');
    const answer = await ada.post('/hub/home/start', { _xsrf: xsrfIn(home.text), server: '' });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/hub/spawn/ada']);
    expect(hub.spawner.starts).toEqual([]);
  });

  test('refuses what is not on offer', async () => {
    const page = await ada.get('/hub/spawn/ada');
    const answer = await ada.post('/hub/spawn/ada', { _xsrf: xsrfIn(page.text), 'opt-profile': 'staff' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('there is no profile &quot;staff&quot; for ada');
    expect(hub.spawner.starts).toEqual([]);
  });

  test('says beside a field what is wrong with it, and keeps what was filled in', async () => {
    const page = await ada.get('/hub/spawn/ada');
    const fields = { 'opt-profile': 'big', 'opt-memory': '4G', 'opt-cores': '64' };
    const { status, text } = await ada.post('/hub/spawn/ada', { ...fields, _xsrf: xsrfIn(page.text) });
    expect(status).toBe(400);
    expect(text).toMatch(/id="big_cores_problem">\s*<p class="notice problem" role="alert">Expected from 1 to 4/);
    expect(text).toMatch(/value="64"\s+aria-invalid="true" aria-describedby="big_cores_problem"/);
    expect(text).toMatch(/<option value="4G"\s+selected/);
    expect(text).not.toContain('big_memory_problem');
    expect(hub.spawner.starts).toEqual([]);
  });

  test('escapes whatever an address fills in', async () => {
    const hostile = encodeURIComponent('"><script>alert(1)</script>');
    const { status, text } = await ada.get(`/hub/spawn/ada?opt-profile=big&opt-cores=${hostile}&opt-${hostile}=x`);
    expect(status).toBe(400);
    expect(text).not.toContain('<script>alert');
  });

  test('is filled in by a link of another site, and starts nothing', async () => {
    const { status, text } = await ada.get('/hub/spawn/ada?opt-profile=big&opt-cores=3', {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
    });
    expect(status).toBe(200);
    expect(text).toMatch(/value="3"\s+aria-describedby="big_cores_range"/);
    expect(text.indexOf('value="big"')).toBeLessThan(text.indexOf('value="small"'));
    expect(hub.spawner.starts).toEqual([]);
  });

  test('is not asked when the address of a page of ours says it all', async () => {
    await ada.get('/hub/spawn/ada?profile=big&cores=3&display_name=Big%20one');
    await expect.poll(() => hub.spawner.starts[0]).toMatchObject({ profile: 'big', options: { cores: '3' } });
    expect(hub.hub.servers.get('ada', '')?.displayName).toBe('Big one');
  });

  test('is not in the way when there is nothing to choose', async () => {
    await begin({ profiles: [{ name: 'only' }] });
    await ada.get('/hub/spawn');
    await expect.poll(() => hub.spawner.starts[0]?.profile).toBe('only');
  });
});

describe('the API', () => {
  test('takes a profile and its options, and tells which one runs', async () => {
    await hub.user('bob');
    expect((await start('bob', { user_options: { profile: 'staff' } })).status).toBe(201);
    expect(hub.spawner.starts).toMatchObject([{ user: 'bob', profile: 'staff', options: {} }]);
    await hub.user('ada');
    expect((await start('ada', { profile: ['big'], cores: 4 })).status).toBe(201);
    expect(hub.spawner.starts[1]).toMatchObject({ profile: 'big', options: { cores: '4' } });
  });

  test.each([
    [{ profile: 'staff' }, 'Invalid user options: there is no profile "staff" for ada'],
    [
      { profile: 'big', cores: 5 },
      'Invalid user options: option cores of the profile big: expected from 1 to 4, found "5"',
    ],
    [{ profile: 'big', mem_limit: '64G' }, 'Invalid user options: the profile big has no option "mem_limit"'],
  ])('refuses %j before anything is begun', async (options, message) => {
    const answer = await start('ada', { user_options: options });
    expect([answer.status, answer.json()['message']]).toEqual([400, message]);
    expect(hub.spawner.starts).toEqual([]);
    expect(hub.hub.servers.get('ada', '')).toBeUndefined();
  });

  test('starts the default when nothing is said, and what was chosen last once something was', async () => {
    await start('ada');
    await hub.api('/users/ada/server', { method: 'DELETE', token: await hub.token('ada') });
    await start('ada', { profile: 'big' });
    await hub.api('/users/ada/server', { method: 'DELETE', token: await hub.token('ada') });
    await start('ada');
    expect(hub.spawner.starts.map(({ profile }) => profile)).toEqual(['small', 'big', 'big']);
  });

  test('starts the default when what was chosen last is not on offer any more', async () => {
    await start('ada', { profile: 'big', memory: '4G' });
    await hub.api('/users/ada/server', { method: 'DELETE', token: await hub.token('ada') });
    hub.hub.reload({ ...hub.settings, profiles: hub.settings.profiles.slice(0, 1) });
    expect((await start('ada')).status).toBe(201);
    expect(hub.spawner.starts[1]).toMatchObject({ profile: 'small', options: {} });
  });
});

test('a server that is made for later keeps only what is on offer', async () => {
  await begin({ profiles, hub: { allow_named_servers: true } });
  const token = await hub.token('ada');
  const make = (user_options: unknown) =>
    hub.api('/users/ada/servers/lab', { method: 'PATCH', token, json: { user_options } });
  await hub.api('/users/ada/servers/lab', { method: 'POST', token, json: { profile: 'small' } });
  await hub.api('/users/ada/servers/lab', { method: 'DELETE', token });
  const refused = await make({ profile: 'staff' });
  expect([refused.status, refused.json()['message']]).toEqual([
    400,
    'Invalid user options: there is no profile "staff" for ada',
  ]);
  expect((await make({ profile: 'big', memory: '4G' })).status).toBe(200);
  await hub.api('/users/ada/servers/lab', { method: 'POST', token });
  expect(hub.spawner.starts[1]).toMatchObject({ profile: 'big', options: { memory: '4G' } });
});
