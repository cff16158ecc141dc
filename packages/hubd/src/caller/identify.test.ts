import { describe, expect, test } from 'vitest';
import { readToken } from './identify.ts';

describe('the Authorization header', () => {
  test.each(['token abc', 'Token abc', 'bearer abc', 'Bearer  abc'])('%j holds the token abc', (header) => {
    expect(readToken(header)).toBe('abc');
  });

  test.each(['', 'token', 'token: abc', 'token a b', 'Basic abc', 'xtoken abc'])('%j holds none', (header) => {
    expect(readToken(header)).toBeNull();
  });
});
