import { TshubError } from '@tshub/contract';
import { expect, test } from 'vitest';
import { serverFields, withWayToLog } from './server.ts';

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
