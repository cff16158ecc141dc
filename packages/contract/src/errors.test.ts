import { expect, test } from 'vitest';
import { errorBusName, errorFromBusName, errors, TshubError, type ErrorCode } from './errors.ts';

test('a code survives the way over the bus', () => {
  for (const code of Object.keys(errors) as ErrorCode[]) expect(errorFromBusName(errorBusName(code))).toBe(code);
});

test('a foreign bus error has no code', () => {
  expect(errorFromBusName('org.freedesktop.DBus.Error.Failed')).toBeUndefined();
});

test('a sentence is filled from the parameters and keeps what it was not given', () => {
  expect(new TshubError('not_found', { what: 'user "ada"' }).message).toBe('user "ada" not found');
  expect(new TshubError('not_found').message).toBe('{what} not found');
});

test('the cause is kept for the log and is not part of the sentence', () => {
  const cause = new Error('secret detail');
  const error = new TshubError('internal', { id: 'x1' }, { cause });
  expect(error.cause).toBe(cause);
  expect(error.message).not.toContain('secret');
});
