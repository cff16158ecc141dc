import { TshubError } from '@tshub/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { environmentFor, spawnerForTest } from '../support/spawner-for-test.ts';

// Whatever the hub sends, it is refused in our own words, or it becomes a unit in which nothing but names and bounded choices is of the request.

const settings = {
  spawner: { users: { bob: { mem_limit: '3G' } } },
  profiles: [
    {
      name: 'sized',
      options: {
        memory: { setting: 'mem_limit', min: '1G', max: '4G', default: '1G' },
        page: { setting: 'default_url', values: ['/lab', '/tree'], default: '/lab' },
        data: { setting: 'environment.DATASET', values: ['a', 'b'], default: 'a' },
      },
    },
    { name: 'staff', allowed_groups: ['staff'], settings: { disable_user_sudo: false } },
  ],
};

const wild = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('.', '/', '-', '\\', '$', '%', '{', '}', '\n', '\0', ' ', '"', "'", 'a', '\u202e'),
    maxLength: 12,
  }),
  fc.constantFrom(
    'root',
    'ada',
    'bob',
    'daemon',
    '../ada',
    '{USERNAME}',
    '$HOME',
    '%u',
    '__proto__',
    'constructor',
    'toString',
  ),
);
const user = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('ada', 'bob') }, { weight: 1, arbitrary: wild });
const server = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('', 'lab') }, { weight: 2, arbitrary: wild });
const profile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', 'sized', 'staff') },
  { weight: 1, arbitrary: wild },
);
const value = fc.oneof(wild, fc.constantFrom('1G', '4G', '5G', '0', '/lab', 'a', '-1', 'infinity', '1e9', 'NaN'));
const options = fc.dictionary(
  fc.oneof(fc.constantFrom('memory', 'page', 'data', 'mem_limit', 'command'), wild),
  value,
  { maxKeys: 3 },
);
const change = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.oneof(fc.constantFrom('JUPYTERHUB_HOST', 'JUPYTERHUB_API_TOKEN', 'LD_PRELOAD', 'PATH'), wild),
      wild,
    ),
  },
);

const codes = new Set(['spawn_refused', 'too_many_requests', 'already_running', 'spawn_failed']);
const caller = { sender: ':1.1', uid: 990, interactive: false, authorize: () => Promise.resolve(true) };

test('no request makes a unit that root did not describe', async () => {
  let started = 0;
  await fc.assert(
    fc.asyncProperty(user, server, profile, options, change, async (who, name, which, chosen, changed) => {
      const spawner = await spawnerForTest(settings);
      const environment = Object.fromEntries([
        ...Object.entries(environmentFor(who, name)),
        ...(changed === null ? [] : [changed]),
      ]);
      try {
        await spawner.methods.Start(caller, who, name, which, chosen, environment);
        started++;
      } catch (error) {
        expect(error).toBeInstanceOf(TshubError);
        expect(codes.has((error as TshubError).code), (error as TshubError).code).toBe(true);
        expect((error as TshubError).message).not.toMatch(/[\n\0]/);
        expect(spawner.units.size).toBe(0);
        expect(spawner.secrets.size).toBe(0);
        return;
      }
      const [[unit, { properties }] = ['', { properties: new Map<string, unknown>() }]] = spawner.units;
      expect(unit).toMatch(/^tshub-server-[A-Za-z0-9:_.\\]+(-[A-Za-z0-9:_.\\]+)?\.service$/);
      expect(['ada', 'bob']).toContain(properties.get('User'));
      expect(properties.get('User')).toBe(who);
      expect(properties.get('WorkingDirectory')).toBe(`/home/${who}`);
      expect(properties.get('NoNewPrivileges')).toBe(true);
      const memory = properties.get('MemoryMax') as bigint;
      expect(memory >= 2n ** 30n && memory <= 2n ** 32n).toBe(true);
      expect((properties.get('ExecStartEx') as [string][])[0]?.[0]).toBe('/usr/bin/jupyterhub-singleuser');
      expect((properties.get('EnvironmentFiles') as [string][])[0]?.[0]).toMatch(
        /^\/run\/tshub-spawnerd\/[0-9a-f]{16}\.env$/,
      );
      expect((properties.get('RuntimeDirectory') as string[])[0]).toMatch(/^tshub-servers\/[0-9a-f]{16}$/);
    }),
    { numRuns: 600 },
  );
  // A test that refuses everything would prove nothing.
  expect(started).toBeGreaterThan(0);
});
