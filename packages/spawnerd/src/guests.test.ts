import { expect, test } from 'vitest';
import { guestLogin } from './guests.ts';
import { spawnerForTest } from '../../../test/support/spawner-for-test.ts';

const records = (secrets: ReadonlyMap<string, string>): string[] =>
  [...secrets.keys()].filter((path) => path.startsWith('/run/userdb/')).toSorted();

test('a guest has an account by name and by uid, which is locked, and a home by a hash', async () => {
  const { start, secrets, units } = await spawnerForTest({ spawner: { guest_users: true } });
  await start('visitor');
  const uid = 60_607;
  expect(records(secrets)).toEqual([
    `/run/userdb/${uid}.group`,
    `/run/userdb/${uid}.user`,
    '/run/userdb/guest-visitor.group',
    '/run/userdb/guest-visitor.user',
  ]);
  expect(JSON.parse(secrets.get('/run/userdb/guest-visitor.user') ?? '')).toMatchObject({
    uid,
    gid: uid,
    locked: true,
  });
  const properties = units.get('tshub-server-visitor.service')?.properties;
  expect(properties?.get('User')).toBe('guest-visitor');
  expect(properties?.get('WorkingDirectory')).toMatch(/^\/var\/lib\/tshub-guests\/[0-9a-f]{16}$/);
  expect(properties?.get('ProtectSystem')).toBe('strict');
  const [helper = ''] = (properties?.get('Requires') ?? []) as string[];
  expect(properties?.get('After')).toContain(helper);
  const stops = (units.get(helper)?.properties.get('ExecStopEx') ?? []) as [string, string[]][];
  const argv = stops[0]?.[1] ?? [];
  expect(argv).toContain(properties?.get('WorkingDirectory'));
  for (const path of records(secrets)) expect(argv).toContain(path);
});

test('a start that fails leaves no account behind', async () => {
  const spawner = await spawnerForTest({ spawner: { guest_users: true } });
  spawner.plan.jobResult = 'failed';
  await expect(spawner.start('visitor')).rejects.toMatchObject({ code: 'spawn_failed' });
  expect(records(spawner.secrets)).toEqual([]);
});

test('asking again while a guest is there leaves the account alone', async () => {
  const { start, secrets } = await spawnerForTest({ spawner: { guest_users: true } });
  await start('visitor');
  const before = records(secrets);
  await expect(start('visitor')).rejects.toMatchObject({ code: 'already_running' });
  expect(records(secrets)).toEqual(before);
});

test('an account that is there goes before a guest, and one that may not have a server gets none as a guest', async () => {
  const { start, secrets } = await spawnerForTest({ spawner: { guest_users: true } });
  await start('ada');
  for (const user of ['root', 'daemon', 'tshub'])
    await expect(start(user)).rejects.toMatchObject({ code: 'spawn_refused' });
  await expect(start('visitor', 'second')).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(records(secrets)).toEqual([]);
});

test("a record of somebody else's, or of no guest, is never replaced", async () => {
  const { start, secrets } = await spawnerForTest({ spawner: { guest_users: true } });
  secrets.set('/run/userdb/guest-visitor.user', '{"realName":"other","uid":60700}');
  await expect(start('visitor')).rejects.toThrow('is the account of another guest');
  expect(records(secrets)).toEqual(['/run/userdb/guest-visitor.user']);
});

test('a guest whose account would have the name of one of the host gets none', async () => {
  const { start, secrets } = await spawnerForTest({ spawner: { guest_users: true } });
  await expect(start('real')).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(records(secrets)).toEqual([]);
});

test.each(['Visitor', 'vis itor', 'vis.itor', '-v', 'ä', 'v'.repeat(40)])(
  'the account of %j has a name that any program takes',
  (user) => {
    expect(guestLogin(user)).toMatch(/^guest-x[0-9a-f]{12}$/);
  },
);
