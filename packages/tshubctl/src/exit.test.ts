import { BusError } from '@tshub/bus';
import { TshubError } from '@tshub/contract';
import { expect, test } from 'vitest';
import { describeFailure, renderFailure } from './exit.ts';

const away = (busName: string) =>
  new TshubError('daemon_away', { unit: 'tshub.service' }, { cause: new BusError(busName, 'x') });

test('a hub that does not run is an advice on how to start it', () => {
  expect(describeFailure(away('org.freedesktop.DBus.Error.ServiceUnknown'))).toEqual({
    exit: 5,
    code: 'daemon_away',
    message: 'tshub.service is not running: systemctl start tshub',
  });
});

test('a hub that runs and does not answer is not to be started', () => {
  expect(describeFailure(away('org.freedesktop.DBus.Error.NoReply'))).toMatchObject({
    exit: 5,
    message: expect.stringContaining('does not answer'),
  });
});

test.each([
  [new TshubError('forbidden', { problem: 'no' }), 4],
  [new TshubError('not_found', { what: 'user ada' }), 3],
  [new TshubError('bad_request', { problem: 'no' }), 2],
  [new TshubError('config_invalid', { problem: 'no' }), 78],
  [new BusError('org.freedesktop.DBus.Error.AccessDenied', 'no'), 1],
  [new RangeError('no'), 1],
])('%s has its exit code', (error, exit) => {
  expect(describeFailure(error).exit).toBe(exit);
});

test('every line names the program, and none has a stack or an escape sequence', () => {
  const failure = describeFailure(new TshubError('config_invalid', { problem: 'a: wrong\nb: \u001b[31mwrong' }));
  expect(renderFailure(failure, false)).toBe('tshubctl: a: wrong\ntshubctl: b: \ufffd[31mwrong\n');
});

test('with --json a failure is JSON as well', () => {
  const failure = describeFailure(new TshubError('not_found', { what: 'user ada' }));
  expect(JSON.parse(renderFailure(failure, true))).toEqual({
    error: { code: 'not_found', message: 'user ada not found' },
  });
});
