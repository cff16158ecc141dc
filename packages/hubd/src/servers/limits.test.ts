import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { checkLoad, checkNamed } from './limits.ts';

const { hub } = schema.parse({});
const idle = { active: 0, starting: 0, named: 0 };

test('the default server needs no permission for named servers', () => {
  expect(() => checkNamed(hub, '', true, idle)).not.toThrow();
  expect(() => checkNamed(hub, 'lab', true, idle)).toThrow('Named servers are not enabled.');
});

test('the limit and the form of names count only for new names', () => {
  const named = { ...hub, allow_named_servers: true, named_server_limit_per_user: 1 };
  expect(() => checkNamed(named, 'lab', true, { ...idle, named: 1 })).toThrow('maximum of 1');
  expect(() => checkNamed(named, 'lab', false, { ...idle, named: 1 })).not.toThrow();
  expect(() => checkNamed(named, 'Old Name', false, idle)).not.toThrow();
  expect(() => checkNamed(named, 'Old Name', true, idle)).toThrow('Invalid server name');
});

test('0 active servers at most means any number', () => {
  expect(() => checkLoad(hub, { ...idle, active: 10_000 }, 0)).not.toThrow();
  expect(() => checkLoad({ ...hub, active_server_limit: 2 }, { ...idle, active: 2 }, 0)).toThrow('All 2 servers');
});

test('a busy host asks to wait 30 to 60 seconds', () => {
  const busy = { ...idle, starting: hub.concurrent_spawn_limit + hub.spawn_queue_limit };
  expect(() => checkLoad(hub, { ...busy, starting: busy.starting - 1 }, 0)).not.toThrow();
  expect(() => checkLoad(hub, busy, 0)).toThrow('Try again in 30 seconds');
  expect(() => checkLoad(hub, busy, 0.9999)).toThrow('Try again in 60 seconds');
});
