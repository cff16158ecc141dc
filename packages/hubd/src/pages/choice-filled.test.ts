import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { fill } from './choice-filled.ts';
import { speakIn } from './languages/language.ts';

const { profiles } = schema.parse({
  profiles: [
    { name: 'small' },
    {
      name: 'big',
      options: {
        cores: { setting: 'cpu_limit', min: 1, max: 4, default: 2 },
        memory: { setting: 'mem_limit', values: ['1G', '4G'], default: '1G' },
      },
    },
  ],
});

test('what is within its bounds is filled in as it is', () => {
  const options = { profile: ['big'], cores: ['3'], memory: ['4G'] };
  expect(fill(profiles, options)).toEqual({ profile: 'big', values: { cores: '3', memory: '4G' }, problems: {} });
});

test('each field says what is wrong with it', () => {
  const { problems } = speakIn('en', () => fill(profiles, { profile: 'big', cores: 64, memory: '2G' }));
  expect(Object.keys(problems)).toEqual(['cores', 'memory']);
});

test('without a profile it is the usual one; there is nothing to say about one that there is not', () => {
  expect(fill(profiles, {}).profile).toBe('small');
  expect(fill(profiles, { profile: 'huge', cores: 64 })).toEqual({
    profile: '',
    values: { cores: '64' },
    problems: {},
  });
});

test('names like those of properties of objects are only names', () => {
  const options = Object.fromEntries([
    ['profile', 'big'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(fill(profiles, options).problems).toEqual({});
});
