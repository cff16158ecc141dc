import { parseServerUnit, serverUnit } from '@tshub/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseServerName, quote } from './request.ts';

test.each([
  ['ada', ''],
  ['ada', 'lab'],
  ['ada-b', 'my lab'],
  ['Zoë@example.org', 'data.science'],
  ['a_1', '日本'],
])('%s/%s is a name', (user, server) => {
  expect(parseServerName(user, server)).toEqual({ user, server });
});

test.each([
  ['', ''],
  ['../ada', ''],
  ['ada/../root', ''],
  ['.', ''],
  ['..', ''],
  ['-x', ''],
  [' ada', ''],
  ['ada ', ''],
  ['a\nb', ''],
  ['a\0b', ''],
  ['a\\x2eb', ''],
  ['a\u202Eb', ''],
  ['a\u2028b', ''],
  ['a\uD800b', ''],
  ['a\u00A0b', ''],
  ['ada', '../lab'],
  ['ada', '/etc'],
  ['ada', '.hidden'],
  ['x'.repeat(300), ''],
  ['ada', 'ä'.repeat(60)],
])('%j/%j is refused', (user, server) => {
  expect(() => parseServerName(user, server)).toThrow(expect.objectContaining({ code: 'spawn_refused' }));
});

test('whatever is accepted leads to one unit of user servers, and back', () => {
  const unit = fc.constantFrom(
    'a',
    'Z',
    '0',
    '-',
    '_',
    '.',
    ':',
    '@',
    '\\',
    '/',
    ' ',
    '%',
    '$',
    '*',
    'é',
    '日',
    '\u{1f600}',
    '\n',
    '\ud800',
  );
  const name = fc.string({ unit, maxLength: 12 });
  fc.assert(
    fc.property(name, name, (user, server) => {
      fc.pre(isAccepted(user, server));
      const name = serverUnit(user, server);
      expect(name).toMatch(/^tshub-server-[A-Za-z0-9:_.\\-]+\.service$/);
      expect(name.length).toBeLessThanOrEqual(255);
      expect(parseServerUnit(name)).toEqual({ user, server });
    }),
  );
});

function isAccepted(user: string, server: string): boolean {
  try {
    parseServerName(user, server);
    return true;
  } catch {
    return false;
  }
}

test('a quoted value is one short line', () => {
  expect(quote(`a\n"${'x'.repeat(500)}`)).toMatch(/^"a\\n\\"x+…"$/);
  expect(quote('y'.repeat(500)).length).toBeLessThan(90);
});
