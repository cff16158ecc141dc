import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asksForGroups, checkChoice, profilesFor, settingsFor } from './effective.ts';
import { schema } from './schema.ts';

const ada = { user: 'ada', groups: ['ada', 'staff', 'physics'] };
const bob = { user: 'bob', groups: ['bob'] };

const profiles = schema.parse({
  profiles: [
    { name: 'small', settings: { mem_limit: '1G' } },
    {
      name: 'big',
      allowed_groups: ['physics'],
      settings: { mem_limit: '8G', environment: { COURSE: 'physics' } },
      options: {
        cores: { setting: 'cpu_limit', min: 0.5, max: 4, default: 1 },
        memory: { setting: 'mem_limit', min: '1G', max: '8G', default: '4G' },
        page: { setting: 'default_url', values: ['/lab', '/tree'], default: '/lab' },
        data: { setting: 'environment.DATASET', values: ['stars', '42'], default: 'stars' },
      },
    },
  ],
}).profiles;

test.each([
  [{}, false],
  [{ profiles: [{ name: 'small' }], spawner: { users: { ada: { cpu_limit: 1 } } } }, false],
  [{ spawner: { allowed_groups: ['staff'] } }, true],
  [{ spawner: { groups: { staff: { cpu_limit: 1 } } } }, true],
  [{ profiles: [{ name: 'small' }, { name: 'big', allowed_groups: ['physics'] }] }, true],
])('whether groups matter is seen in the settings: %j', (given, matters) => {
  expect(asksForGroups(schema.parse(given))).toBe(matters);
});

test('what is more about somebody wins: all, groups in the order of the file, the user, the profile, the choice', () => {
  const { spawner } = schema.parse({
    spawner: {
      mem_limit: '1G',
      cpu_limit: 1,
      tasks_max: 10,
      io_weight: 10,
      environment: { A: 'all', B: 'all', C: 'all' },
      groups: {
        others: { mem_limit: '64G' },
        physics: { mem_limit: '2G', cpu_limit: 2, tasks_max: 20, environment: { B: 'physics' } },
        staff: { mem_limit: '3G', cpu_limit: 3 },
      },
      users: { ada: { mem_limit: '4G', environment: { C: 'ada' } } },
    },
  });
  const settings = settingsFor(spawner, ada, { overrides: [{ mem_limit: 5 }, { mem_limit: 6 }] });
  expect(settings).toMatchObject({ mem_limit: 6, cpu_limit: 3, tasks_max: 20, io_weight: 10 });
  expect(settings.environment).toEqual({ A: 'all', B: 'physics', C: 'ada' });
  expect(settingsFor(spawner, ada, { overrides: [] }).mem_limit).toBe(4 * 2 ** 30);
  expect(settingsFor(spawner, bob, { overrides: [] })).toMatchObject({ mem_limit: 2 ** 30, tasks_max: 10 });
});

test('a setting that an override does not name keeps its value, and not its default', () => {
  const { spawner } = schema.parse({ spawner: { tasks_max: 7, users: { ada: { cpu_limit: 1 } } } });
  expect(settingsFor(spawner, ada, { overrides: [] }).tasks_max).toBe(7);
});

test('a profile is for its groups and users, or for everybody', () => {
  expect(profilesFor(profiles, ada).map(({ name }) => name)).toEqual(['small', 'big']);
  expect(profilesFor(profiles, bob).map(({ name }) => name)).toEqual(['small']);
});

test('nothing chosen is the default profile, or the first that one may use', () => {
  expect(checkChoice(profiles, bob, '', {})).toMatchObject({ profile: 'small', overrides: [{ mem_limit: 2 ** 30 }] });
  const marked = schema.parse({ profiles: [{ name: 'a' }, { name: 'b', default: true }] }).profiles;
  expect(checkChoice(marked, bob, '', {})).toMatchObject({ profile: 'b' });
  const closed = schema.parse({ profiles: [{ name: 'a', allowed_users: ['ada'] }] }).profiles;
  expect(checkChoice(closed, bob, '', {})).toBe('there is no profile for bob');
});

test('options become settings; those that were left out have their default', () => {
  const choice = checkChoice(profiles, ada, 'big', { cores: '2.5', page: '/tree', data: '42' });
  if (typeof choice === 'string') throw new Error(choice);
  const settings = settingsFor(schema.parse({}).spawner, ada, choice);
  expect(settings).toMatchObject({ cpu_limit: 2.5, mem_limit: 4 * 2 ** 30, default_url: '/tree' });
  expect(settings.environment).toEqual({ COURSE: 'physics', DATASET: '42' });
});

test.each<[string, Record<string, string>, string]>([
  ['huge', {}, 'there is no profile "huge" for ada'],
  ['small', { cores: '1' }, 'the profile small has no option "cores"'],
  ['big', { cores: '0' }, 'option cores of the profile big: expected from 0.5 to 4, found "0"'],
  ['big', { cores: '4.1' }, 'expected from 0.5 to 4, found "4.1"'],
  ['big', { cores: 'NaN' }, 'expected from 0.5 to 4'],
  ['big', { cores: '-1' }, 'expected from 0.5 to 4'],
  ['big', { cores: '1e9' }, 'expected from 0.5 to 4'],
  ['big', { cores: '' }, 'expected from 0.5 to 4'],
  ['big', { memory: '9G' }, 'expected from 1G to 8G, found "9G"'],
  ['big', { memory: '0' }, 'expected from 1G to 8G'],
  ['big', { memory: 'infinity' }, 'expected from 1G to 8G'],
  ['big', { page: '/etc' }, 'expected "/lab" or "/tree", found "/etc"'],
  ['big', { data: 'x\nLD_PRELOAD=y' }, 'expected "stars" or "42"'],
  ['big', { constructor: '1' }, 'has no option "constructor"'],
])('the profile %s with %j is refused', (profile, options, problem) => {
  expect(checkChoice(profiles, ada, profile, options)).toContain(problem);
});

test("another's profile and none get the same answer", () => {
  expect(checkChoice(profiles, bob, 'big', {})).toBe('there is no profile "big" for bob');
});

test('whatever is chosen, no server gets more than its profile allows', () => {
  const text = fc.oneof(
    fc.string(),
    fc.float().map(String),
    fc.constantFrom('0', '1', '4', '8G', '1e3', '0x10', ' 4', '04'),
  );
  const { spawner } = schema.parse({});
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('cores', 'memory', 'page', 'data', 'x'), text),
      fc.string(),
      (options, name) => {
        for (const profile of ['big', name]) {
          const choice = checkChoice(profiles, ada, profile, options);
          if (typeof choice === 'string') continue;
          const settings = settingsFor(spawner, ada, choice);
          expect(settings.mem_limit).toBeGreaterThan(0);
          expect(settings.mem_limit).toBeLessThanOrEqual(8 * 2 ** 30);
          if (choice.profile === 'big') expect(settings.cpu_limit >= 0.5 && settings.cpu_limit <= 4).toBe(true);
          expect(settings.command).toEqual(spawner.command);
          expect(settings.disable_user_sudo).toBe(true);
        }
      },
    ),
  );
});
