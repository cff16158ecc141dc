import { expect, test } from 'vitest';
import { endReason, hasRun } from './end-reason.ts';

test.each([
  [{ result: 'success', code: 1, status: 0 }, 'it exited by itself (code 0)'],
  [{ result: 'exit-code', code: 1, status: 3 }, 'it exited with code 3'],
  [{ result: 'signal', code: 2, status: 9 }, 'it was ended by signal SIGKILL'],
  [{ result: 'core-dump', code: 3, status: 11 }, 'it was ended by signal SIGSEGV'],
  [{ result: 'oom-kill', code: 2, status: 9 }, 'it ran out of memory'],
  [{ result: 'timeout', code: 2, status: 15 }, 'it ran longer than allowed'],
  [{ result: '', code: 0, status: 0 }, 'it ended by itself'],
  [{ result: 'resources', code: 0, status: 0 }, 'it ended (resources)'],
  [null, 'it ended by itself'],
])('%j: %s', (said, reason) => {
  expect(endReason(said)).toBe(reason);
});

test.each([
  [{ result: 'success', code: 0, status: 0 }, false],
  [{ result: '', code: 0, status: 0 }, false],
  [{ result: 'success', code: 1, status: 0 }, true],
  [{ result: 'resources', code: 0, status: 0 }, true],
])('%j: a program has run, or could not: %j', (said, expected) => {
  expect(hasRun(said)).toBe(expected);
});
