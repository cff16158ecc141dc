import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServersParts } from '../../packages/hubd/src/servers/servers.ts';
import type { Gate } from '../support/gates.ts';
import { makeWorld, serversIn, type World } from '../support/servers-for-test.ts';
import { begin, clientIds, comeUp, kill, runningServer, tokenNotes } from '../support/servers-steps.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

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
    const old = await comeUp(world, parts === undefined ? {} : { parts });
    await begin(old);
    await gate.reached;
    kill(world);

    const made = await comeUp(world);
    await soon(() => made.servers.get('ada', '')?.pending).toBe(null);
    if (isKept) {
      expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: true });
      expect([...world.proxy.routes.keys()]).toEqual(['/user/ada/']);
      expect(await tokenNotes(world)).toEqual(['Server at /user/ada/']);
      return;
    }
    expect(made.servers.get('ada', '')).toMatchObject({ active: false, ready: false });
    expect(made.servers.get('ada', '')?.lastEnd).toContain('please start it again');
    expect(made.servers.get('ada', '')?.endDetail).toContain('the hub ended between two steps of its start');
    expect([world.spawner.units.size, world.proxy.routes.size]).toEqual([0, 0]);
    expect([await tokenNotes(world), await clientIds(world)]).toEqual([[], []]);
    await (
      await begin(made)
    ).done;
    expect(made.servers.get('ada', '')?.ready).toBe(true);
  });
}

test('a hub that is killed during a stop finishes it when it is back', async () => {
  const old = await runningServer(world);
  const gate = world.spawner.gates.hold('Stop', 'after');
  await old.servers.stop(await old.caller('ada'), await old.user('ada'), '', '');
  await gate.reached;
  kill(world);
  const made = await comeUp(world);
  await soon(() => made.servers.get('ada', '')).toMatchObject({ active: false, pending: null });
  expect([await tokenNotes(world), await clientIds(world)]).toEqual([[], []]);
});
