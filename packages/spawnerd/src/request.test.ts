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
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 12 }),
      (user, server) => {
        let accepted;
        try {
          accepted = parseServerName(user, server);
        } catch {
          return;
        }
        const unit = serverUnit(accepted.user, accepted.server);
        expect(unit).toMatch(/^tshub-server-[A-Za-z0-9:_.\\-]+\.service$/);
        expect(unit.length).toBeLessThanOrEqual(255);
        expect(parseServerUnit(unit)).toEqual({ user, server });
      },
    ),
  );
});

test('a quoted value is one short line', () => {
  expect(quote(`a\n"${'x'.repeat(500)}`)).toMatch(/^"a\\n\\"x+…"$/);
  expect(quote('y'.repeat(500)).length).toBeLessThan(90);
});
