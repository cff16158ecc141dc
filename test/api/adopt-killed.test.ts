import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServersParts } from '../../packages/hubd/src/servers/servers.ts';
import type { Gate } from '../support/gates.ts';
import { makeWorld, serversIn, type TestServers, type TestSettings, type World } from '../support/servers-for-test.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** A hub as it comes up: on whatever database, units and routes there are. */
async function hubComesUp(
  options: { settings?: TestSettings; parts?: Partial<ServersParts> } = {},
): Promise<TestServers> {
  const made = serversIn(world, options);
  await made.servers.adopt();
  return made;
}

/** Gives the promise of its end inside an object: awaiting the beginning must not be awaiting the end. */
async function begin(made: TestServers, name = 'ada'): Promise<{ readonly done: Promise<unknown> }> {
  return made.servers.start(await made.caller(name), await made.user(name), '', null);
}

async function runningServer(name = 'ada'): Promise<TestServers> {
  const made = await hubComesUp();
  const { done } = await begin(made, name);
  await done;
  return made;
}

/** kill -9: nothing of the old hub runs any more. What it still waits for never comes. */
function kill(): void {
  world.spawner.dropWatchers();
}

const tokens = async (): Promise<string[]> =>
  (await world.db('tokens').select<{ note: string }[]>('note')).map((row) => row.note);
const clients = async (): Promise<string[]> =>
  (await world.db('oauth_clients').select<{ id: string }[]>('id')).map((row) => row.id);

/** Where a hub can be killed during a start, and what must be true after the next one has come up. */
const places: ReadonlyArray<{
  readonly at: string;
  readonly hold: () => { gate: Gate; parts?: Partial<ServersParts> };
  readonly isKept: boolean;
}> = [
  { at: 'before the token is made', hold: () => holdPart('tokens', 'issue', 'before'), isKept: false },
  {
    at: 'after the token is made, before the row has it',
    hold: () => holdPart('tokens', 'issue', 'after'),
    isKept: false,
  },
  { at: 'before the OAuth client is made', hold: () => holdPart('clients', 'register', 'before'), isKept: false },
  { at: 'after the OAuth client is made', hold: () => holdPart('clients', 'register', 'after'), isKept: false },
  {
    at: 'before the unit is started',
    hold: () => ({ gate: world.spawner.gates.hold('Start', 'before') }),
    isKept: false,
  },
  {
    at: 'after the unit is started, before the row has it',
    hold: () => ({ gate: world.spawner.gates.hold('Start', 'after') }),
    isKept: false,
  },
  {
    at: 'while the server is waited for',
    hold: () => ({ gate: world.proxy.gates.hold('Probe', 'before') }),
    isKept: true,
  },
  {
    at: 'before the route is added',
    hold: () => ({ gate: world.proxy.gates.hold('AddRoute', 'before') }),
    isKept: true,
  },
  { at: 'after the route is added', hold: () => ({ gate: world.proxy.gates.hold('AddRoute', 'after') }), isKept: true },
];

function holdPart<P extends 'tokens' | 'clients'>(
  part: P,
  method: string,
  place: 'before' | 'after',
): { gate: Gate; parts: Partial<ServersParts> } {
  const { gates } = world.spawner;
  const real = serversIn(world)[part] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const held = {
    ...real,
    [method]: (...args: unknown[]) => gates.pass(`${part}.${method}`, () => real[method]?.(...args)),
  };
  return { gate: gates.hold(`${part}.${method}`, place), parts: { [part]: held } };
}

for (const { at, hold, isKept } of places) {
  test(`a hub that is killed ${at} leaves ${isKept ? 'a start that the next one finishes' : 'nothing behind after the next one has come up'}`, async () => {
    const { gate, parts } = hold();
    const old = await hubComesUp(parts === undefined ? {} : { parts });
    await begin(old);
    await gate.reached;
    kill();

    const made = await hubComesUp();
    await soon(() => made.servers.get('ada', '')?.pending).toBe(null);
    if (isKept) {
      expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: true });
      expect([...world.proxy.routes.keys()]).toEqual(['/user/ada/']);
      expect(await tokens()).toEqual(['Server at /user/ada/']);
      return;
    }
    expect(made.servers.get('ada', '')).toMatchObject({ active: false, ready: false });
    expect(made.servers.get('ada', '')?.lastEnd).toContain('please start it again');
    expect([world.spawner.units.size, world.proxy.routes.size]).toEqual([0, 0]);
    expect([await tokens(), await clients()]).toEqual([[], []]);
    await (
      await begin(made)
    ).done;
    expect(made.servers.get('ada', '')?.ready).toBe(true);
  });
}

test('a hub that is killed during a stop finishes it when it is back', async () => {
  const old = await runningServer();
  const gate = world.spawner.gates.hold('Stop', 'after');
  await old.servers.stop(await old.caller('ada'), await old.user('ada'), '', '');
  await gate.reached;
  kill();
  const made = await hubComesUp();
  await soon(() => made.servers.get('ada', '')).toMatchObject({ active: false, pending: null });
  expect([await tokens(), await clients()]).toEqual([[], []]);
});
