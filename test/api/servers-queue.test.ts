import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProgressEvent } from '../../packages/hubd/src/servers/server.ts';
import { problemOf } from '../support/problem-of.ts';
import { makeWorld, type TestServers, type World } from '../support/servers-for-test.ts';
import { begin, comeUp, events, kill, tokenNotes } from '../support/servers-steps.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const hub = (): Promise<TestServers> =>
  comeUp(world, { settings: { hub: { concurrent_spawn_limit: 1, spawn_queue_limit: 2 } } });
const messages = (all: readonly ProgressEvent[]) => all.map(({ message }) => message);

test('starts beyond the limit wait for their turn, are told their place, and all get ready in the order in which they came', async () => {
  const made = await hub();
  const gate = world.spawner.gates.hold('Start', 'before');
  const ada = await begin(made, 'ada');
  await gate.reached;
  const bob = await begin(made, 'bob');
  const cyd = await begin(made, 'cyd');
  expect(made.servers.get('cyd', '')).toMatchObject({ pending: 'spawn', ready: false });
  const told = events(made, 'cyd');
  // The queue is as long as it may be.
  expect(await problemOf(begin(made, 'dan'))).toMatchObject({ code: 'too_many_requests' });
  gate.open();
  await Promise.all([ada.done, bob.done, cyd.done]);
  expect(world.spawner.starts.map(({ user }) => user)).toEqual(['ada', 'bob', 'cyd']);
  expect(messages(await told).slice(0, 3)).toEqual([
    'Server requested',
    'Many servers are starting; 1 is before this one',
    'Many servers are starting; this one is next',
  ]);
});

test('a start that is cancelled in the queue never begins and leaves nothing', async () => {
  const made = await hub();
  const gate = world.spawner.gates.hold('Start', 'before');
  const ada = await begin(made, 'ada');
  await gate.reached;
  const bob = await begin(made, 'bob');
  const { done } = await made.servers.stop(await made.caller('bob'), await made.user('bob'), '', '');
  await done;
  expect(await problemOf(bob.done)).toMatchObject({ message: 'Spawn cancelled' });
  expect(made.servers.get('bob', '')).toMatchObject({ active: false, pending: null });
  gate.open();
  await ada.done;
  expect(world.spawner.starts.map(({ user }) => user)).toEqual(['ada']);
  expect(await tokenNotes(world)).toEqual(['Server at /user/ada/']);
});

test('a start that waits when the hub is killed is told of, and can be started again', async () => {
  const old = await hub();
  const gate = world.spawner.gates.hold('Start', 'before');
  await begin(old, 'ada');
  await gate.reached;
  const waiting = await begin(old, 'bob');
  waiting.done.catch(() => undefined);
  await soon(async () => (await lastEnds(world)).get('bob')).toContain('waited for its turn');
  kill(world);

  const made = await hub();
  expect(made.servers.get('bob', '')).toMatchObject({ active: false, pending: null, failed: false });
  expect(made.servers.get('bob', '')?.lastEnd).toContain('waited for its turn; please start it again');
  await (
    await begin(made, 'bob')
  ).done;
  expect(made.servers.get('bob', '')).toMatchObject({ ready: true, lastEnd: '' });
});

/** What the rows say, by user. */
async function lastEnds({ db }: World): Promise<ReadonlyMap<string, string>> {
  const rows = await db('servers')
    .join('users', 'users.id', 'servers.user_id')
    .select<{ name: string; last_end: string }[]>('users.name', 'last_end');
  return new Map(rows.map(({ name, last_end }) => [name, last_end]));
}

test('a start that fails makes room for the next one', async () => {
  const made = await hub();
  const { gates } = world.spawner;
  const first = gates.hold('Start', 'before');
  const ada = await begin(made, 'ada');
  await first.reached;
  const second = gates.hold('Start', 'before');
  const bob = await begin(made, 'bob');
  world.spawner.startError = new TshubError('spawn_failed', { problem: 'exited with code 3' });
  first.open();
  expect(await problemOf(ada.done)).toMatchObject({ message: 'exited with code 3' });
  await second.reached;
  world.spawner.startError = null;
  second.open();
  await bob.done;
  expect(made.servers.get('bob', '')?.ready).toBe(true);
});

test('a hub that is stopped does not wait for the queue', async () => {
  const made = await hub();
  const gate = world.spawner.gates.hold('Start', 'before');
  const ada = await begin(made, 'ada');
  await gate.reached;
  const bob = await begin(made, 'bob');
  const failed = problemOf(bob.done);
  await made.servers.close();
  expect(await failed).toMatchObject({ message: 'the hub is being restarted; look again in a moment' });
  gate.open();
  await problemOf(ada.done);
});
