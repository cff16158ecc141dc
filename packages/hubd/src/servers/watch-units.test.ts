import type { Bus, ReceivedSignal, SignalMatch } from '@tshub/bus';
import { expect, test } from 'vitest';
import { makeWatchUnits, unitOfPath, type WatchEvent } from './watch-units.ts';

/** A bus that hands on what it is given, to whoever asked for such signals. */
function fakeBus() {
  const listeners = new Set<{ match: SignalMatch; hear: (signal: ReceivedSignal) => void }>();
  const owners = new Map<string, (owner: string | null) => void>();
  let subscriptions = 0;
  const bus = {
    calls: () => ({ Subscribe: async () => void (subscriptions += 1) }),
    onSignal: async (match: SignalMatch, hear: (signal: ReceivedSignal) => void) => {
      const listener = { match, hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onOwnerChange: async (name: string, hear: (owner: string | null) => void) => {
      owners.set(name, hear);
      return () => void owners.delete(name);
    },
  };
  return {
    bus: bus as unknown as Bus,
    owners,
    subscriptions: () => subscriptions,
    /** A change of properties, as it is on the wire. */
    hand(path: string, signal: Pick<ReceivedSignal, 'args' | 'mentions'>) {
      for (const { match, hear } of listeners)
        if (match.member === 'PropertiesChanged')
          hear({ path, interface: 'org.freedesktop.DBus.Properties', member: match.member, sender: ':1.0', ...signal });
    },
    send(path: string, member: string, args: unknown[]) {
      const iface =
        member === 'PropertiesChanged' ? 'org.freedesktop.DBus.Properties' : 'org.freedesktop.systemd1.Manager';
      const mentions = (text: string): boolean => JSON.stringify(args).includes(text);
      for (const { match, hear } of listeners)
        if (match.member === member) hear({ path, interface: iface, member, sender: ':1.0', args, mentions });
    },
    listening: () => listeners.size + owners.size,
  };
}

const ada = '/org/freedesktop/systemd1/unit/tshub_2dserver_2dada_2eservice';
const service = 'org.freedesktop.systemd1.Service';
const unit = 'org.freedesktop.systemd1.Unit';

async function watched() {
  const fake = fakeBus();
  const heard: WatchEvent[] = [];
  const stop = await makeWatchUnits(fake.bus)((event) => heard.push(event));
  return { ...fake, heard, stop };
}

test('the end of a unit is told with what its service said before', async () => {
  const { send, heard } = await watched();
  send(ada, 'PropertiesChanged', [service, { Result: 'success', ExecMainCode: 0, ExecMainStatus: 0 }, []]);
  send(ada, 'PropertiesChanged', [unit, { ActiveState: 'deactivating' }, []]);
  send(ada, 'PropertiesChanged', [service, { Result: 'exit-code', ExecMainCode: 1, ExecMainStatus: 3 }, []]);
  send(ada, 'PropertiesChanged', [unit, { ActiveState: 'failed' }, []]);
  expect(heard).toEqual([
    { kind: 'ended', unit: 'tshub-server-ada.service', last: { result: 'exit-code', code: 1, status: 3 } },
  ]);
});

test('what a unit said in its former life is not told of its next one', async () => {
  const { send, heard } = await watched();
  send(ada, 'PropertiesChanged', [service, { Result: 'oom-kill', ExecMainCode: 2, ExecMainStatus: 9 }, []]);
  send(ada, 'PropertiesChanged', [unit, { ActiveState: 'failed' }, []]);
  send(ada, 'PropertiesChanged', [unit, { ActiveState: 'inactive' }, []]);
  expect(heard[1]).toEqual({
    kind: 'ended',
    unit: 'tshub-server-ada.service',
    last: { result: '', code: 0, status: 0 },
  });
});

test('of services whose units say nothing afterwards, nothing is kept', async () => {
  const { send, heard } = await watched();
  const bob = ada.replace('dada', 'dbob');
  send(ada, 'PropertiesChanged', [service, { Result: 'oom-kill', ExecMainCode: 2, ExecMainStatus: 9 }, []]);
  send(bob, 'PropertiesChanged', [service, { Result: 'exit-code', ExecMainCode: 1, ExecMainStatus: 3 }, []]);
  send(ada, 'PropertiesChanged', [unit, { ActiveState: 'failed' }, []]);
  expect(heard).toEqual([
    { kind: 'ended', unit: 'tshub-server-ada.service', last: { result: '', code: 0, status: 0 } },
  ]);
});

test('what a unit that runs says of itself is not even read', async () => {
  const fake = fakeBus();
  await makeWatchUnits(fake.bus)(() => undefined);
  const unread = {
    get length(): number {
      throw new Error('read');
    },
  };
  const says = (text: string) => ({
    args: unread as unknown as unknown[],
    mentions: (part: string) => text.includes(part),
  });
  expect(() => fake.hand(ada, says(`${service} success`))).not.toThrow();
  expect(() => fake.hand(ada, says(`${unit} active`))).not.toThrow();
  expect(() => fake.hand(ada, says(`${unit} inactive`))).toThrow();
});

test("other units of the host are nobody's business", async () => {
  const { send, heard } = await watched();
  for (const name of [
    'ssh_2eservice',
    'tshub_2eservice',
    'tshub_2dserver_2d_2eservice',
    'tshub_2dserver_2dada_2escope',
  ]) {
    send(`/org/freedesktop/systemd1/unit/${name}`, 'PropertiesChanged', [unit, { ActiveState: 'failed' }, []]);
  }
  expect(heard).toEqual([]);
});

test('a service manager that starts over is subscribed to again and told of, once it is there', async () => {
  const { send, heard, owners, subscriptions } = await watched();
  send('/org/freedesktop/systemd1', 'Reloading', [true]);
  expect(heard).toEqual([]);
  send('/org/freedesktop/systemd1', 'Reloading', [false]);
  expect(heard).toEqual([{ kind: 'restarted' }]);
  owners.get('org.freedesktop.systemd1')?.(null);
  owners.get('org.freedesktop.systemd1')?.(':1.99');
  await expect.poll(() => heard.length).toBe(2);
  expect(subscriptions()).toBe(2);
});

test('a proxy that is back is told of', async () => {
  const { heard, owners } = await watched();
  owners.get('org.tshub.Proxy1')?.(null);
  owners.get('org.tshub.Proxy1')?.(':1.5');
  expect(heard).toEqual([{ kind: 'proxy-back' }]);
});

test('nothing is listened to any more after the end', async () => {
  const { stop, listening } = await watched();
  stop();
  expect(listening()).toBe(0);
});

test('a path of the bus is the name of its unit, byte for byte', () => {
  expect(unitOfPath('/org/freedesktop/systemd1/unit/tshub_2dserver_2da_5cx40b_2eservice')).toBe(
    'tshub-server-a\\x40b.service',
  );
  expect(unitOfPath('/org/freedesktop/systemd1/unit/_c3_a4_2eservice')).toBe('ä.service');
});
