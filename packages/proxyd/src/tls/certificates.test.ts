import { expect, test } from 'vitest';
import { type Certificate, certificateFor } from './certificates.ts';

const named = (...names: string[]) => ({ names }) as unknown as Certificate;
const first = named('hub.test');
const wild = named('*.lab.test');
const exact = named('ada.lab.test', '192.0.2.1');
const all = [first, wild, exact];

test.each([
  ['hub.test', first],
  ['ada.lab.test', exact],
  ['ADA.lab.test', exact],
  ['bob.lab.test', wild],
  ['lab.test', first],
  ['a.b.lab.test', first],
  ['', first],
  ['192.0.2.1', exact],
  ['nodots', first],
])('for %j', (name, expected) => {
  expect(certificateFor(all, name)).toBe(expected);
});

test('nothing for nobody', () => {
  expect(certificateFor([], 'hub.test')).toBeUndefined();
});
