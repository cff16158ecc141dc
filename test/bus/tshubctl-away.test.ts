import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectBus } from '@tshub/bus';
import { hub1, TshubError } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../packages/tshubctl/src/command.ts';
import { openContext } from '../../packages/tshubctl/src/context.ts';
import { program } from '../../packages/tshubctl/src/program.ts';
import { run } from '../../packages/tshubctl/src/run.ts';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';

const hub = 'tshub.service is not running: systemctl start tshub';
const proxy = 'tshub-proxyd.service is not running: systemctl start tshub-proxyd';
const culler = 'tshub-cullerd.service is not running: systemctl start tshub-cullerd';

interface Case {
  /** What is typed after the verb. */
  readonly words?: string;
  /** What is said without daemons, with exit code 5; the hub, if left out; null: it does without them. */
  readonly says?: string | null;
  readonly exit?: number;
}

/** Every command of the table. One that is not here fails. */
const commands: Readonly<Record<string, Case>> = {
  // As root it is refused for its folder, before it reads anything; the hub need not run for it.
  backup: { words: '/no/such/folder/x', says: null, exit: 2 },
  completion: { words: 'bash', says: null },
  'config check': { says: null },
  'config diff': { says: `${hub}\n\n${proxy}\n\n${culler}` },
  'config show': { says: null },
  cull: { says: culler },
  // They look at systemd itself.
  doctor: { says: 'dbus.service is not running: systemctl start dbus' },
  status: { says: 'dbus.service is not running: systemctl start dbus' },
  'group add': { words: 'staff ada' },
  'group create': { words: 'staff' },
  'group delete': { words: 'staff' },
  'group list': {},
  'group remove': { words: 'staff ada' },
  'group set-property': { words: 'staff a=b' },
  'group show': { words: 'staff' },
  'import-jupyterhub': { words: 'DATABASE' },
  log: { says: null },
  restore: { words: '/no/such/file', says: null, exit: 3 },
  'role create': { words: 'grader --scope read:users' },
  'role delete': { words: 'grader' },
  'role grant': { words: 'grader --user ada' },
  'role list': {},
  'role revoke': { words: 'grader --user ada' },
  'role show': { words: 'grader' },
  'role update': { words: 'grader --scope read:users' },
  'route list': { says: proxy },
  'server keep': { words: 'ada' },
  'server list': {},
  'server logs': { words: 'ada', says: null },
  'server restart': { words: 'ada' },
  'server set-limit': { words: 'ada --limit mem_limit=1G' },
  'server show': { words: 'ada' },
  'server start': { words: 'ada' },
  'server stop': { words: 'ada' },
  'service create': { words: 'report' },
  'service delete': { words: 'report' },
  'service list': {},
  'service show': { words: 'report' },
  'share code': { words: 'ada' },
  'share codes': { words: 'ada' },
  'share grant': { words: 'ada --user bob' },
  'share leave': { words: 'ada' },
  'share list': { words: 'ada' },
  'share received': {},
  'share revoke': { words: 'ada --user bob' },
  shutdown: {},
  'token create': { words: '--user ada' },
  'token list': { words: '--user ada' },
  'token revoke': { words: 'a1 --user ada' },
  top: {},
  'user create': { words: 'ada' },
  'user delete': { words: 'ada' },
  'user list': {},
  'user rename': { words: 'ada bob' },
  'user set-admin': { words: 'ada' },
  'user show': { words: 'ada' },
};

let daemon: PrivateBus;
let folder: string;

beforeAll(async () => {
  daemon = await startPrivateBus();
  folder = mkdtempSync(join(tmpdir(), 'tshubctl-away-'));
  const dump = new URL('../fixtures/jupyterhub/jupyterhub-5.5.0.sql', import.meta.url).pathname;
  await promisify(execFile)('sqlite3', [join(folder, 'peer.sqlite'), `.read ${dump}`]);
});
afterAll(async () => {
  delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

/** What is typed, run in this process, on a bus; programs that write by themselves write nothing. */
async function typed(address: string, line: string): Promise<{ exit: number; out: string; err: string }> {
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = address;
  const told = { out: '', err: '' };
  const exit = await run(line.replace('DATABASE', join(folder, 'peer.sqlite')).split(' '), {
    screen: { columns: undefined, isColoured: false, now: 0 },
    open: () => {
      const { context, close } = openContext(null);
      // Root has nothing of its own in the hub.
      return { context: { ...context, user: 'ada', show: async () => 0 }, close };
    },
    out: (text) => (told.out += text),
    err: (text) => (told.err += text),
  });
  return { exit, ...told };
}

function leaves(command: CommandSpec, path: readonly string[]): string[] {
  const below = (command.commands ?? []).flatMap((one) => leaves(one, [...path, one.name]));
  return command.run === undefined ? below : [path.join(' '), ...below];
}

const cases = Object.entries(commands);
const lineOf = (name: string, { words }: Case): string => (words === undefined ? name : `${name} ${words}`);

test('the table has every command and no other', () => {
  expect(Object.keys(commands).toSorted()).toEqual(leaves(program, []).toSorted());
});

describe('without any daemon', () => {
  test.each(cases)('"%s" says what to start, and nothing else', async (name, one) => {
    const { exit, out, err } = await typed(daemon.address, lineOf(name, one));
    expect(`${out}${err}`).not.toMatch(/^ +at |this should not happen|undefined/m);
    const { says = hub } = one;
    expect(exit).toBe(one.exit ?? (says === null ? 0 : 5));
    if (says === null) return;
    if (name === 'config diff') expect(out).toContain(says);
    else expect([out, err]).toEqual(['', `tshubctl: ${says}\n`]);
  });

  test.each(cases.filter(([, { says }]) => says !== null))('"%s" says so in JSON as well', async (name, one) => {
    const { exit, out, err } = await typed(daemon.address, `${lineOf(name, one)} --json`);
    expect(exit).toBe(5);
    if (name === 'config diff') expect((JSON.parse(out) as { away: unknown }).away).toHaveLength(3);
    else expect(JSON.parse(err)).toMatchObject({ error: { code: 'daemon_away' } });
  });
});

describe('without a bus', () => {
  test.each(cases.filter(([, { says }]) => says !== null))('"%s" says so', async (name, one) => {
    const { exit, out, err } = await typed(`unix:path=${folder}/none`, lineOf(name, one));
    expect(exit).toBe(5);
    expect(`${out}${err}`).toContain('dbus.service is not running: systemctl start dbus');
    expect(`${out}${err}`).not.toMatch(/^ +at |this should not happen/m);
  });
});

test('a hub that answers on the bus and not its API is named, with where to look', async () => {
  const bus = await connectBus({ address: daemon.address });
  const refuse = async () => Promise.reject(new TshubError('forbidden', { problem: 'no' }));
  const methods = Object.fromEntries(Object.keys(hub1.methods).map((name) => [name, refuse]));
  const IssueToken = async () => ['token', 'http://127.0.0.1:1/hub/api', 0n];
  bus.serve(
    hub1,
    { methods: { ...methods, IssueToken }, properties: { ActiveServers: () => 0, Version: () => 'x' } } as never,
    { accountUid: async () => 0 },
  );
  await bus.own(hub1.busName);
  try {
    const { exit, err } = await typed(daemon.address, 'group list');
    expect([exit, err]).toEqual([5, expect.stringMatching(/no answer from http:.*systemctl status tshub.service\n$/)]);
  } finally {
    await bus.close();
  }
});
