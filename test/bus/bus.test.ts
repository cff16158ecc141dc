import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  BusError,
  connectBus,
  variant,
  type Bus,
  type BusCaller,
  type Implementation,
  type Refusal,
  type ReceivedSignal,
} from '@tshub/bus';
import { culler1, hub1, interfaces, proxy1, TshubError, type Interface } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';

const run = promisify(execFile);
// Accounts that every Debian has: dbus-daemon takes no connection of a uid without a name.
const uidOfHub = 1;
const stranger = 2;
const isRoot = process.getuid?.() === 0;

let daemon: PrivateBus;
let server: Bus;
let client: Bus;
let callers: BusCaller[] = [];
let refusals: Refusal[] = [];
let bugs: { error: unknown; id: string }[] = [];
let problems: string[] = [];

const entry = {
  user: 'ada',
  uid: 4_294_967_294,
  ready: true,
  share: 0.5,
  started: 12n,
  groups: ['a', 'b'],
  key: Uint8Array.of(1, 2),
  data: { __proto__: null, constructor: 'x' },
};

/** Answers every method with something of the promised shape. */
function answering<I extends Interface>(table: I): Implementation<I> {
  const values = {
    b: true,
    i: -1,
    o: '/x',
    s: 'text',
    t: 2n ** 63n,
    u: 7,
    as: ['x'],
    ay: Uint8Array.of(9),
    'a{ss}': { k: 'v' },
    'a{sv}': entry,
    'aa{sv}': [entry],
  };
  const methods = Object.entries(table.methods).map(([name, { out }]) => [
    name,
    async (caller: BusCaller) => {
      callers.push(caller);
      const results = out.map(({ type }) => values[type]);
      return results.length < 2 ? results[0] : results;
    },
  ]);
  const properties = Object.entries(table.properties).map(([name, { type }]) => [name, () => values[type]]);
  return {
    methods: Object.fromEntries(methods),
    properties: Object.fromEntries(properties),
  };
}

async function callAs(uid: number, iface: string, method: string, args: unknown[]): Promise<Record<string, unknown>> {
  const script = new URL('../support/bus-client.ts', import.meta.url).pathname;
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', script, daemon.address, iface, method, JSON.stringify(args)],
    { uid, gid: uid, env: { PATH: process.env['PATH'], HOME: '/', TMPDIR: '/tmp' } },
  );
  return JSON.parse(stdout) as Record<string, unknown>;
}

beforeAll(async () => {
  daemon = await startPrivateBus();
  const onProblem = (sentence: string) => void problems.push(sentence);
  server = await connectBus({ address: daemon.address, onProblem });
  client = await connectBus({ address: daemon.address });
  const options = {
    accountUid: async () => uidOfHub,
    onRefused: (refusal: Refusal) => void refusals.push(refusal),
    onBug: (error: unknown, id: string) => void bugs.push({ error, id }),
  };
  for (const table of interfaces) {
    const implementation = answering(table);
    const methods = implementation.methods as Record<string, unknown>;
    if (table === culler1) {
      methods['CullNow'] = async (_: BusCaller, isDryRun: boolean) => {
        if (isDryRun) throw new TshubError('not_running', { server: 'ada/lab' });
        throw new RangeError('a secret detail');
      };
    }
    server.serve(table, implementation, options);
    await server.own(table.busName);
  }
});

afterAll(async () => {
  await client.close();
  await server.close();
  await daemon.stop();
});

describe('what is served', () => {
  test.each(interfaces.map((table) => [table.name, table] as const))(
    '%s answers every method of its table',
    async (_, table) => {
      const uidCallers = callers.length;
      const samples = {
        b: false,
        i: 1,
        o: '/',
        s: 's',
        t: 1n,
        u: 1,
        as: [],
        ay: new Uint8Array(),
        'a{ss}': {},
        'a{sv}': {},
        'aa{sv}': [],
      };
      const calls = client.calls(table) as Record<string, (...args: unknown[]) => Promise<unknown>>;
      for (const [name, method] of Object.entries((table as Interface).methods)) {
        if (name === 'CullNow') continue;
        const result = await calls[name]?.(...method.in.map(({ type }) => samples[type]));
        expect(Array.isArray(result) && method.out.length > 1 ? result.length : Number(result !== undefined)).toBe(
          method.out.length,
        );
      }
      expect(
        callers
          .slice(uidCallers)
          .every(({ uid, sender }) => uid === process.getuid?.() && sender === client.uniqueName),
      ).toBe(true);
    },
  );

  test('dictionaries come back as they went', async () => {
    const status = await client.calls(hub1).GetStatus();
    expect(status).toEqual({ ...entry, data: { constructor: 'x' } });
  });

  test('a tuple of results keeps its order and its 64-bit numbers', async () => {
    await expect(client.calls(hub1).IssueToken(['read:hub'])).resolves.toEqual(['text', 'text', 2n ** 63n]);
  });

  test('properties are read and cannot be set', async () => {
    await expect(client.property(hub1, 'ActiveServers')).resolves.toBe(7);
    const set = {
      destination: hub1.busName,
      path: hub1.path,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Set',
      signature: 'ssv',
      body: [hub1.name, 'Version', variant('s', 'x')],
    };
    await expect(client.raw(set)).rejects.toMatchObject({
      busName: 'org.freedesktop.DBus.Error.PropertyReadOnly',
    });
  });

  test('paths above an object lead to it', async () => {
    const introspect = async (path: string) =>
      (
        await client.raw({
          destination: hub1.busName,
          path,
          interface: 'org.freedesktop.DBus.Introspectable',
          member: 'Introspect',
        })
      )[0];
    await expect(introspect('/')).resolves.toContain('<node name="org"/>');
    await expect(introspect('/org/tshub')).resolves.toContain('<node name="Proxy1"/>');
    await expect(introspect('/nowhere')).rejects.toMatchObject({
      busName: 'org.freedesktop.DBus.Error.UnknownObject',
    });
  });

  test.each(interfaces.map((table) => [table.name, table] as const))('busctl introspects %s', async (_, table) => {
    const { stdout } = await run('busctl', [
      `--address=${daemon.address}`,
      '--xml-interface',
      'introspect',
      table.busName,
      table.path,
    ]);
    for (const [name, method] of Object.entries((table as Interface).methods)) {
      expect(stdout).toContain(`<method name="${name}">`);
      for (const argument of [...method.in, ...method.out])
        expect(stdout).toContain(`<arg name="${argument.name}" type="${argument.type}"`);
    }
    const { stdout: listing } = await run('busctl', [
      `--address=${daemon.address}`,
      'introspect',
      table.busName,
      table.path,
    ]);
    for (const name of Object.keys(table.methods)) expect(listing).toMatch(new RegExp(`^\\.${name} +method`, 'm'));
  });
});

describe('what is refused', () => {
  const call = (member: string, signature: string, body: unknown[], iface: string = hub1.name) =>
    client.raw({
      destination: hub1.busName,
      path: hub1.path,
      interface: iface,
      member,
      signature,
      body,
    });

  test('arguments of another type are InvalidArgs and quote what was expected', async () => {
    await expect(call('GetServer', 'su', ['ada', 1])).rejects.toMatchObject({
      busName: 'org.freedesktop.DBus.Error.InvalidArgs',
      message: 'GetServer: expected arguments "ss", found "su"',
    });
  });

  test.each(['NoSuchMethod', 'toString', '__proto__', 'constructor'])('%s is not a method', async (member) => {
    await expect(call(member, '', [])).rejects.toMatchObject({
      busName: 'org.freedesktop.DBus.Error.UnknownMethod',
    });
    await expect(call(member, '', [], '')).rejects.toMatchObject({
      busName: 'org.freedesktop.DBus.Error.UnknownMethod',
    });
  });

  test.runIf(isRoot)('what is for the hub is refused to another uid before its arguments are looked at', async () => {
    const before = refusals.length;
    await expect(callAs(stranger, proxy1.name, 'RemoveRoute', ['/'])).resolves.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('is for tshub only'),
    });
    expect(refusals.slice(before)).toEqual([
      {
        uid: stranger,
        sender: expect.stringMatching(/^:/),
        interface: proxy1.name,
        member: 'RemoveRoute',
      },
    ]);
  });

  test.runIf(isRoot)("the hub's own uid and everybody's methods are not refused", async () => {
    await expect(callAs(uidOfHub, proxy1.name, 'RemoveRoute', ['/'])).resolves.toEqual({});
    await expect(callAs(stranger, proxy1.name, 'GetStatus', [])).resolves.toHaveProperty('value');
    expect(callers.at(-1)?.uid).toBe(stranger);
  });

  test.runIf(isRoot)('without polkit nobody but root is authorized', async () => {
    await callAs(stranger, hub1.name, 'ListServers', []);
    const before = problems.length;
    await expect(callers.at(-1)?.authorize('org.tshub.hub.read')).resolves.toBe(false);
    expect(problems.slice(before)).toEqual(['polkit could not be asked about org.tshub.hub.read; refusing']);
    await client.calls(hub1).ListServers();
    await expect(callers.at(-1)?.authorize('org.tshub.hub.read')).resolves.toBe(true);
  });
});

describe('errors', () => {
  test('a TshubError arrives with its code and its sentence', async () => {
    const error: unknown = await client
      .calls(culler1)
      .CullNow(true)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TshubError);
    expect(error).toMatchObject({ code: 'not_running', message: 'ada/lab is not running' });
  });

  test('a bug tells the caller an id, and the hook the rest', async () => {
    const error = await client
      .calls(culler1)
      .CullNow(false)
      .catch((reason: unknown) => reason as TshubError);
    const bug = bugs.at(-1);
    expect(error).toMatchObject({
      code: 'internal',
      message: expect.stringContaining(`(id ${bug?.id})`),
    });
    expect(String(error)).not.toContain('secret');
    expect(bug?.error).toMatchObject({ message: 'a secret detail' });
  });

  test('a service that is not there is an advice about its unit', async () => {
    const other = { ...proxy1, busName: 'org.tshub.Nobody' } as const;
    await expect(client.calls(other).GetStatus()).rejects.toMatchObject({ code: 'daemon_away' });
  });

  test('a name that another connection has cannot be taken', async () => {
    const error: unknown = await client.own(hub1.busName).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({
      message: `the bus name ${hub1.busName} is taken by another process`,
    });
  });

  test('a bus that is not there is daemon_away', async () => {
    await expect(connectBus({ address: 'unix:path=/nonexistent/bus' })).rejects.toMatchObject({
      code: 'daemon_away',
    });
  });
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
      },
    ]);
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
