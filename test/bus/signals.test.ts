import { connectBus, type Bus, type ReceivedSignal } from '@tshub/bus';
import { hub1 } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';

let daemon: PrivateBus;
let server: Bus;
let client: Bus;

beforeAll(async () => {
  daemon = await startPrivateBus();
  server = await connectBus({ address: daemon.address });
  client = await connectBus({ address: daemon.address });
  await server.own(hub1.busName);
});

afterAll(async () => {
  await client.close();
  await server.close();
  await daemon.stop();
});

describe('signals', () => {
  const table = {
    ...hub1,
    signals: {
      Changed: {
        says: 'x',
        args: [
          { name: 'user', type: 's' },
          { name: 'data', type: 'a{sv}' },
        ],
      },
    },
  } as const;
  const roundTrip = async (bus: Bus) => void (await bus.nameHasOwner('org.tshub.Hub1'));

  test('a listener hears what matches until it stops', async () => {
    const heard: ReceivedSignal[] = [];
    const stop = await client.onSignal(
      { sender: hub1.busName, interface: hub1.name, member: 'Changed', arg0: 'ada' },
      (signal) => void heard.push(signal),
    );
    server.emit(table, 'Changed', ['ada', { n: 5n }]);
    server.emit(table, 'Changed', ['bob', {}]);
    await roundTrip(server);
    await roundTrip(client);
    stop();
    server.emit(table, 'Changed', ['ada', {}]);
    await roundTrip(server);
    await roundTrip(client);
    expect(heard).toEqual([
      {
        path: hub1.path,
        interface: hub1.name,
        member: 'Changed',
        sender: server.uniqueName,
        args: ['ada', { n: 5n }],
        mentions: expect.any(Function),
      },
    ]);
    expect([heard[0]?.mentions('ada'), heard[0]?.mentions('bob')]).toEqual([true, false]);
  });

  test('a signal from somebody else is not taken for one of the named sender', async () => {
    const heard: ReceivedSignal[] = [];
    const stop = await client.onSignal(
      { sender: hub1.busName, member: 'Changed' },
      (signal) => void heard.push(signal),
    );
    const liar = await connectBus({ address: daemon.address });
    liar.emit(table, 'Changed', ['ada', {}], client.uniqueName);
    await roundTrip(liar);
    await roundTrip(client);
    stop();
    await liar.close();
    expect(heard).toEqual([]);
  });

  test('the coming and going of a name is heard', async () => {
    const owners: (string | null)[] = [];
    const stop = await client.onOwnerChange('org.tshub.Other', (owner) => void owners.push(owner));
    const other = await connectBus({ address: daemon.address });
    await other.own('org.tshub.Other');
    const { uniqueName } = other;
    await other.close();
    await expect.poll(() => owners).toEqual([uniqueName, null]);
    stop();
  });
});

describe('the end of a connection', () => {
  test('closing it is not losing it', async () => {
    const bus = await connectBus({ address: daemon.address });
    let isLost = false;
    void bus.lost.then(() => (isLost = true));
    await bus.close();
    expect(isLost).toBe(false);
    await expect(bus.nameHasOwner('x.y')).rejects.toMatchObject({ code: 'daemon_away' });
  });

  test('the end of the bus fails what is pending and is told', async () => {
    const own = await startPrivateBus();
    const bus = await connectBus({ address: own.address });
    const callee = await connectBus({ address: own.address });
    const never = { ...answering(hub1) };
    callee.serve(
      hub1,
      { ...never, methods: { ...never.methods, GetStatus: () => new Promise(() => undefined) } },
      { accountUid: async () => 0 },
    );
    await callee.own(hub1.busName);
    const pending = bus.calls(hub1, { timeoutMs: 0 }).GetStatus();
    const outcome = expect(pending).rejects.toMatchObject({
      code: 'daemon_away',
      message: expect.stringContaining('tshub.service'),
    });
    await own.stop();
    await outcome;
    await expect(bus.lost).resolves.toBeInstanceOf(Error);
  });
});
