import { expect, test } from 'vitest';
import { schema } from './schema.ts';

const option = { setting: 'cpu_limit', min: 1, max: 2, default: 1 };
const withOption = (changes: Record<string, unknown>) => ({ name: 'a', options: { x: { ...option, ...changes } } });

test.each<[string, unknown, string]>([
  ['two of one name', [{ name: 'a' }, { name: 'a' }], 'expected a name that no other profile has'],
  ['a name that is a path', [{ name: '../a' }], 'expected small letters'],
  ['a total of the user', [{ name: 'a', settings: { user_mem_limit: '1G' } }], 'user_mem_limit'],
  ['who may have a server', [{ name: 'a', settings: { min_uid: 1 } }], 'min_uid'],
  ['an option for the command', [withOption({ setting: 'command' })], 'expected one of cpu_limit'],
  ['an option for sudo', [withOption({ setting: 'disable_user_sudo' })], 'expected one of cpu_limit'],
  ['values and bounds', [withOption({ values: [1] })], 'expected either values, or min and max'],
  ['half of the bounds', [withOption({ max: undefined })], 'expected either values, or min and max'],
  ['a bound that means no limit', [withOption({ min: 0 })], 'expected more than 0, which would be no limit'],
  ['a default out of bounds', [withOption({ default: 3 })], 'expected from 1 to 2'],
  [
    'a bound that is no amount',
    [withOption({ setting: 'default_url', min: '/a', max: '/b', default: '/a' })],
    'expected an amount',
  ],
  [
    'a value that the setting cannot have',
    [withOption({ min: undefined, max: undefined, values: ['many'], default: 'many' })],
    'expected another value of cpu_limit',
  ],
  ['an option called profile', [{ name: 'a', options: { profile: option } }], 'Invalid key'],
])('%s is refused', (_, profiles, problem) => {
  const result = schema.safeParse({ profiles });
  expect(result.success).toBe(false);
  expect(JSON.stringify(result.error?.issues)).toContain(problem);
});
