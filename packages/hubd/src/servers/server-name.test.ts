import { expect, test } from 'vitest';
import { checkServerName, isServerName, printable } from './server-name.ts';

test.each(['', 'a', 'lab', 'lab-2', 'a1-b2-c3', 'a'.repeat(30)])('"%s" may be the name of a server', (name) => {
  expect(isServerName(name)).toBe(true);
});

test.each(['Lab', '2lab', 'lab-', '-lab', 'a--b', 'a_b', 'a.b', 'a/b', '..', 'ä', 'a b', 'a'.repeat(31), 'lab\n'])(
  '"%s" may not be the name of a server',
  (name) => {
    expect(isServerName(name)).toBe(false);
  },
);

test('the refusal of a name quotes it in one line', () => {
  expect(() => checkServerName('a\nb\u202e')).toThrow(/^Invalid server name "a b": expected at most 30 characters/);
});

test('printable text has no control characters, is one line and not longer than asked', () => {
  expect(printable('a\u0000\u001b[31m\r\nb\u2028c')).toBe('a [31m b c');
  expect(printable('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`);
  expect(printable('😀😀😀', 4)).toBe('😀…');
});
