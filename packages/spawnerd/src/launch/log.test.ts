import { expect, test } from 'vitest';
import { sizes } from '../limits.ts';
import { lastRun, readLog } from './log.ts';

const own = (message: unknown, run: string) =>
  JSON.stringify({ MESSAGE: message, _PID: '77', _SYSTEMD_INVOCATION_ID: run });
const manager = (message: string, run: string) => JSON.stringify({ MESSAGE: message, _PID: '1', INVOCATION_ID: run });

test('only the newest run is told, with what PID 1 said about it', () => {
  const lines = [own('old', 'a'), manager('Started', 'b'), own('hello', 'b'), manager('exited, status=3', 'b')];
  expect(lastRun(lines)).toEqual(['Started', 'hello', 'exited, status=3']);
});

test('a program cannot pass its lines off as another run', () => {
  const forged = JSON.stringify({ MESSAGE: 'forged', _PID: '77', _SYSTEMD_INVOCATION_ID: 'b', INVOCATION_ID: 'c' });
  expect(lastRun([own('real', 'b'), forged])).toEqual(['real', 'forged']);
});

test('sessions that come and go around each command are left out', () => {
  const session = manager('pam_unix(tshub-server:session): session opened for user ada(uid=1000) by (uid=0)', 'a');
  expect(lastRun([session, own('hello', 'a')])).toEqual(['hello']);
});

test.each<[string, unknown, string]>([
  ['bytes', [104, 105, 255], 'hi\ufffd'],
  ['too long for journalctl', null, '(a line too long to show)'],
  ['control characters', 'a\u001b[31mb\tc', 'a[31mb\tc'],
])('a message of %s is still one readable line', (_, message, shown) => {
  expect(lastRun([own(message, 'a')])).toEqual([shown]);
});

test('long lines and long logs are cut, the newest lines stay', () => {
  const long = own('x'.repeat(10_000), 'a');
  const told = lastRun([...Array<string>(100).fill(long), own('last', 'a')]);
  expect(told.at(-1)).toBe('last');
  expect(told[0]?.length).toBeLessThanOrEqual(sizes.logLineBytes + 1);
  expect(told.length).toBeLessThan(40);
});

test('a line that was cut off by the limit is dropped', () => {
  expect(lastRun([own('a', 'r'), '{"MESSAGE":"b', ''])).toEqual(['a']);
});

test('the journal is asked for exact fields, never for a pattern', async () => {
  const asked: (readonly string[])[] = [];
  const journalctl = async (args: readonly string[]) => {
    asked.push(args);
    return own('hello', 'a');
  };
  expect(await readLog(journalctl, { user: 'ada*', server: '' }, 9999, 1500)).toEqual(['hello']);
  const unit = 'tshub-server-ada\\x2a.service';
  expect(asked[0]).toEqual(['--sync']);
  expect(asked[1]).toEqual(
    expect.arrayContaining([`_SYSTEMD_UNIT=${unit}`, '+', '_PID=1', `UNIT=${unit}`, '--lines=200', '--since=@1.5']),
  );
});

test('a journal that cannot be flushed is read all the same', async () => {
  const journalctl = (args: readonly string[]) =>
    args[0] === '--sync' ? Promise.reject(new Error('no')) : Promise.resolve(own('x', 'a'));
  expect(await readLog(journalctl, { user: 'ada', server: '' }, 5, 0)).toEqual(['x']);
});
