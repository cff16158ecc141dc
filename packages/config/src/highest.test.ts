import { expect, test } from 'vitest';
import { highestOf, settingsFor } from './effective.ts';
import { schema } from './schema.ts';

const gib = 2 ** 30;
const { profiles, spawner } = schema.parse({
  spawner: { mem_limit: '1G', tasks_max: 100 },
  profiles: [
    {
      name: 'big',
      settings: { mem_limit: '4G' },
      options: { memory: { setting: 'mem_limit', min: '1G', max: '8G', default: '4G' } },
    },
    { name: 'free', options: { tasks: { setting: 'tasks_max', values: [10, 0, 500], default: 10 } } },
    { name: 'swap', options: { swap: { setting: 'swap_limit', values: [0, '1G'], default: 0 } } },
    { name: 'ours', allowed_users: ['bob'], settings: { mem_limit: '16G' } },
  ],
});
const highest = (profile: string, user = 'ada') => {
  const who = { user, groups: [] };
  return settingsFor(spawner, who, { overrides: highestOf(profiles, who, profile) });
};

test('a profile allows at most what its options let people choose', () => {
  expect(highest('big').mem_limit).toBe(8 * gib);
});

test('0 is no limit, and so the highest, but for swap, where it is none at all', () => {
  expect(highest('free').tasks_max).toBe(0);
  expect(highest('swap').swap_limit).toBe(gib);
});

test('without a profile, and with one of others, root’s own settings hold', () => {
  for (const name of ['', 'gone', 'ours']) expect(highest(name).mem_limit).toBe(gib);
  expect(highest('ours', 'bob').mem_limit).toBe(16 * gib);
});
