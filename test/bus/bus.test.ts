import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BusError, connectBus, variant, type Bus, type BusCaller, type Refusal } from '@tshub/bus';
import { culler1, hub1, interfaces, proxy1, TshubError, type Interface } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, entry } from '../support/answering.ts';
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
    const implementation = answering(table, (caller) => callers.push(caller));
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
        'a(ssua{ss})': [],
        'a{ss}': {},
        'a{st}': {},
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
    await expect(callAs(stranger, proxy1.name, 'Probe', ['unix:/x', 1, '/', 100])).resolves.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('is for tshub only'),
    });
    expect(refusals.slice(before)).toEqual([
      {
        uid: stranger,
        sender: expect.stringMatching(/^:/),
        interface: proxy1.name,
        member: 'Probe',
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
