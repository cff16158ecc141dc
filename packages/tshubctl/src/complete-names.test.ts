import { expect, test } from 'vitest';
import type { Context } from './command.ts';
import { completeNames, wantedAt } from './complete-names.ts';
import { commonOptions, program } from './program.ts';

test.each([
  ['server stop ', 'user', []],
  ['server stop ada ', 'server', ['ada']],
  ['server stop --reason x ada ', 'server', ['ada']],
  ['server stop --json ada la', 'server', ['ada']],
  ['server start ada --profile ', 'profile', ['ada']],
  ['server start ada --profile = b', 'profile', ['ada']],
  ['group add staff ada ', 'user', ['staff', 'ada']],
  ['role grant x -g ', 'group', ['x']],
  ['token list --user a', 'user', []],
  ['cull --dry-run a', 'user', []],
])('"%s" wants the name of a %s', (line, kind, args) => {
  expect(wantedAt(program, commonOptions, line.split(' '))).toEqual({ kind, args });
});

test.each([
  '',
  'server ',
  'server stop ada lab ',
  'server stop --reason ',
  'group create ',
  'status ',
  'no such ',
  'config show ',
])('"%s" wants no name', (line) => {
  expect(wantedAt(program, commonOptions, line.split(' '))).toBeNull();
});

const fresh = { admin: false, created: 0n, lastActivity: 0n, guest: false, activeServers: 0 };

function contextWith(
  users: readonly string[],
  ask: Context['ask'] = async () => Promise.reject(new Error('asked')),
): Context {
  const calls = { ListUsers: async () => [users.map((name) => ({ ...fresh, name })), users.length] };
  return { user: 'ada', bus: async () => ({ calls: () => calls }), ask } as unknown as Context;
}

test('names are those that begin so, without any that a shell would take for more', async () => {
  const context = contextWith(['ada', 'adam', 'bob', 'ad$(reboot)', 'ad;x', '-ad', 'ad\u001b[2J', 'añil']);
  expect(await completeNames(context, { kind: 'user', args: [] }, 'ad')).toEqual(['ada', 'adam']);
  expect(await completeNames(context, { kind: 'user', args: [] }, 'añ')).toEqual(['añil']);
});

test('nobody is asked for a password, and a hub that is away is nothing to complete', async () => {
  const away = { ...contextWith([]), bus: async () => Promise.reject(new Error('away')) };
  expect(await completeNames(away, { kind: 'user', args: [] }, '')).toEqual([]);
});
