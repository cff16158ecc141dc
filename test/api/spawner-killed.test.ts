import { expect, test } from 'vitest';
import { Gates } from '../support/gates.ts';
import { type Host, makeHost, spawnerForTest } from '../support/spawner-for-test.ts';

// spawnerd is killed at each step of a start and of a stop, the bus starts another one when it is next asked, and the hub, whose call got
// no answer, has the server stopped. Nothing half-made may be left, and the next start must go well.

type Options = Parameters<typeof spawnerForTest>[0];
type Row = readonly [step: string, place: 'after' | 'before', kind: string];

const kinds: Readonly<Record<string, { readonly user: string; readonly options: Options }>> = {
  account: { user: 'ada', options: { spawner: { user_mem_limit: '4G' } } },
  'account that is made': { user: 'newcomer', options: { spawner: { create_accounts: true } } },
  guest: { user: 'guest one', options: { spawner: { guest_users: true } } },
};

const ofAll = ['startTransientUnit', 'jobResult', 'writeSecret', 'unitNow'];
const steps: readonly Row[] = [
  ...Object.keys(kinds).flatMap((kind) =>
    [...ofAll, ...(kind === 'guest' ? ['writeNew'] : [])].flatMap((step): Row[] => [
      [step, 'before', kind],
      [step, 'after', kind],
    ]),
  ),
  ['setUnitProperties', 'before', 'account'],
  ['setUnitProperties', 'after', 'account'],
];

/** What is on the host of the servers of people. */
function leftOn({ secrets, units }: Host): string[] {
  const files = [...secrets.keys()].filter((path) => /^\/run\/(tshub-spawnerd\/.*\.env$|userdb\/)/.test(path));
  return [...files, ...[...units.keys()].filter((unit) => unit.startsWith('tshub-server-'))];
}

test.each(steps)('killed at a start: %s, %s, with an %s', async (step, place, kind) => {
  const { user = '', options = {} } = kinds[kind] ?? {};
  const host = makeHost();
  const gates = new Gates();
  const killed = await spawnerForTest({ ...options, host, gates });
  const gate = gates.hold(step, place);
  killed.start(user).catch(() => undefined);
  await gate.reached;

  const next = await spawnerForTest({ ...options, host });
  expect([...host.secrets.keys()].filter((path) => path.endsWith('.env'))).toEqual([]);
  await next.stop(user);
  // The unit that takes a guest's records away is PID 1's; here there is none.
  for (const unit of host.units.keys()) if (unit.startsWith('tshub-guest-')) host.units.delete(unit);
  const last = await spawnerForTest({ ...options, host });
  expect(leftOn(host)).toEqual([]);
  expect(await last.start(user)).toMatchObject({ active: 'active', user });
  expect([...host.secrets.keys()].filter((path) => path.endsWith('.env'))).toEqual([]);
});

test.each<Row>([
  ['stopUnit', 'before', 'account'],
  ['stopUnit', 'after', 'account'],
  ['stopTimeoutMs', 'after', 'account'],
  ['jobResult', 'before', 'account'],
  ['jobResult', 'after', 'account'],
  ['unitFacts', 'after', 'account'],
])('killed at a stop: %s, %s', async (step, place) => {
  const host = makeHost();
  const gates = new Gates();
  const killed = await spawnerForTest({ host, gates });
  await killed.start();
  const gate = gates.hold(step, place);
  killed.stop().catch(() => undefined);
  await gate.reached;

  const next = await spawnerForTest({ host });
  await next.stop();
  expect(leftOn(host)).toEqual([]);
  expect(await next.ask('Show', 'ada', '')).toMatchObject({ active: 'inactive' });
  expect(await next.start()).toMatchObject({ active: 'active' });
});

test('records of guests who have a server, and of other people, are left alone', async () => {
  const host = makeHost([['/run/userdb/homed.user', '{"userName": "homed", "realName": "Homed", "uid": 60600}']]);
  const options = kinds['guest']?.options ?? {};
  const first = await spawnerForTest({ ...options, host });
  await first.start('guest one');
  const before = [...host.secrets.keys()];
  await spawnerForTest({ ...options, host });
  expect([...host.secrets.keys()]).toEqual(before);
});

test.each(
  ['writeSecret', 'remove', 'setUnitProperties'].flatMap((step) => [
    [step, 'before'] as const,
    [step, 'after'] as const,
  ]),
)('killed while the limits of a person are taken back: %s, %s; the next start takes them back', async (step, place) => {
  const host = makeHost();
  const limited = await spawnerForTest({ spawner: { user_mem_limit: '4G' }, host });
  await limited.start();
  await limited.stop();
  const gates = new Gates();
  const killed = await spawnerForTest({ host, gates });
  const gate = gates.hold(step, place);
  killed.start().catch(() => undefined);
  await gate.reached;

  const next = await spawnerForTest({ host });
  await next.stop();
  await next.start();
  expect(next.steps.concat(killed.steps)).toContainEqual([
    'SetUnitProperties',
    'tshub-users-ada.slice MemoryMax=18446744073709551615',
  ]);
});
