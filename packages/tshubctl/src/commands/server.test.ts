import { TshubError } from '@tshub/contract';
import { expect, test } from 'vitest';
import type { Context } from '../command.ts';
import { serverFields, showLogs, showServer, startServer, stopServer, withWayToLog } from './server.ts';

test('a start that failed says where the log is', () => {
  const error = new TshubError('spawn_failed', { problem: 'exited with code 1' });
  expect(withWayToLog(error, 'ada', '')).toMatchObject({
    code: 'spawn_failed',
    message: 'exited with code 1; see: tshubctl server logs ada',
  });
  expect(withWayToLog(error, 'ada', 'lab')).toMatchObject({
    message: 'exited with code 1; see: tshubctl server logs ada lab',
  });
});

test('a start that was refused has no log', () => {
  const error = new TshubError('spawn_refused', { problem: 'ada has the shell /usr/sbin/nologin' });
  expect(withWayToLog(error, 'ada', '')).toBe(error);
});

test('a server that is stopped is not said to have never started', () => {
  const entry = {
    user: 'ada',
    server: '',
    unit: 'tshub-server-ada.service',
    ready: false,
    pending: '',
    started: 0n,
    lastActivity: 1n,
    profile: '',
    url: '/user/ada/',
  };
  expect(serverFields(entry, { now: 1000, columns: 80, isColoured: false })).not.toContain('Started');
});

const asked: string[] = [];

/** Notes what reaches the hub or a program. */
function contextOf(user: string): Context {
  const refuse = (what: string): Promise<never> => {
    asked.push(what);
    return Promise.reject(new Error('asked'));
  };
  return {
    user,
    hostname: 'host',
    bus: () => refuse('bus'),
    ask: () => refuse('hub'),
    tell: null,
    show: (_, args) => refuse(String(args[0])),
    read: () => refuse('program'),
  };
}

test.each([
  ['logs', showLogs, '--unit=tshub-server-ada.service'],
  ['show', showServer, 'hub'],
  ['start', startServer, 'hub'],
  ['stop', stopServer, 'hub'],
] as const)('server %s wants to hear from root whose server, and asks nobody', async (verb, run, reached) => {
  const input = (...args: string[]) => ({ args: [args[0], args[1]], options: {}, isJson: false });
  asked.length = 0;
  await expect(run(contextOf('root'), input())).rejects.toMatchObject({
    exit: 2,
    message: `server ${verb}: expected a user, since root has no server; see 'tshubctl server ${verb} USER'`,
  });
  expect(asked).toEqual([]);
  await expect(run(contextOf('root'), input('ada'))).rejects.toThrow('asked');
  await expect(run(contextOf('ada'), input())).rejects.toThrow('asked');
  expect(asked).toEqual([reached, reached]);
});
