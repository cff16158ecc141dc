import { expect, test } from 'vitest';
import { lacks, needsOf } from './needs.ts';
import { schema } from './schema.ts';

const settings = schema.parse({
  spawner: {
    mem_limit: '1G',
    user_tasks_max: 5,
    pre_start: ['/etc/tshub/hook'],
    unit_extra_properties: { PrivatePIDs: true, AllowedCPUs: '0', Nice: 5 },
    groups: { staff: { cpu_limit: 2 } },
    users: { ada: { io_weight: 20 } },
  },
  profiles: [
    {
      name: 'big',
      settings: { swap_limit: 0 },
      options: { m: { setting: 'mem_limit', values: ['1G'], default: '1G' } },
    },
  ],
});

test('the defaults need nothing', () => expect(needsOf(schema.parse({}))).toEqual([]));

test('what a host lacks is named with the setting that wants it, and what happens', () => {
  const host = {
    controllers: ['pids'],
    hookProblem: (path: string) => `${path} does not belong to root`,
  };
  const without = (controller: string): string =>
    `needs the cgroup v2 controller "${controller}", which this host does not have: set, but not enforced`;
  expect(lacks(needsOf(settings), host).toSorted()).toEqual([
    `profiles.big.options.m: ${without('memory')}`,
    `profiles.big.swap_limit: ${without('memory')}`,
    `spawner.groups.staff.cpu_limit: ${without('cpu')}`,
    `spawner.mem_limit: ${without('memory')}`,
    'spawner.pre_start: no server starts with the hook /etc/tshub/hook: /etc/tshub/hook does not belong to root',
    `spawner.unit_extra_properties.AllowedCPUs: ${without('cpuset')}`,
    `spawner.users.ada.io_weight: ${without('io')}`,
  ]);
});

test('a host that has everything lacks nothing', () => {
  const controllers = ['cpu', 'cpuset', 'io', 'memory', 'pids'];
  expect(lacks(needsOf(settings), { controllers, hookProblem: () => null })).toEqual([]);
});
