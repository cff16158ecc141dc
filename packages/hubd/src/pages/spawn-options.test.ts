import { expect, test } from 'vitest';
import { spawnOptions } from './spawn-options.ts';

const read = (query: string) => spawnOptions(new URLSearchParams(query));

test('options are lists of texts', () => {
  expect(read('profile=big&gpu=a&gpu=b')).toEqual({ profile: ['big'], gpu: ['a', 'b'] });
});

test('as soon as one is prefixed, only those count', () => {
  expect(read('opt-profile=big&profile=small&other=1')).toEqual({ profile: ['big'] });
});

test.each(['', 'next=%2Fhub%2Fhome', '_xsrf=abc&next=x&redirects=1&display_name=y'])('%j holds no options', (query) => {
  expect(read(query)).toBeNull();
});

test('a name like a property of objects is only a name', () => {
  const options = read('opt-__proto__=x&opt-constructor=y');
  expect(Object.entries(options ?? {})).toEqual([
    ['__proto__', ['x']],
    ['constructor', ['y']],
  ]);
});
