import { expect, test } from 'vitest';
import { checkOptions, optionsFromBody, wireOptions } from './options.ts';

test('for 5.x the whole body is the options, 6.x names them', () => {
  expect(optionsFromBody({ profile: 'big' })).toEqual({ profile: 'big' });
  expect(optionsFromBody({ user_options: { profile: 'big' }, display_name: 'Lab' })).toEqual({ profile: 'big' });
});

test.each([null, {}, { display_name: 'Lab' }, { user_options: null }])(
  '%j says nothing about options: the last ones count',
  (body) => {
    expect(optionsFromBody(body)).toBe(null);
  },
);

test('options that are no object are refused', () => {
  expect(() => optionsFromBody({ user_options: ['big'] })).toThrow('Invalid user options: expected an object');
});

test('options larger than 16 KiB are refused', () => {
  expect(() => checkOptions({ text: 'x'.repeat(17_000) })).toThrow('larger than 16384 bytes');
});

test('spawnerd gets the profile by itself and every value as text', () => {
  expect(
    wireOptions({ profile: ['gpu'], cpus: 2, fast: true, list: ['a', 'b'], deep: { a: 1 }, none: null, empty: [] }),
  ).toEqual({
    profile: 'gpu',
    options: { cpus: '2', fast: 'true', list: '["a","b"]', deep: '{"a":1}', empty: '[]' },
  });
});

test('an option named like a part of every object stays an option', () => {
  const body = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, unknown>;
  expect(Object.entries(wireOptions(body).options)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});
