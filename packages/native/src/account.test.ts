import { describe, expect, test } from 'vitest';
import { bareUserByName, groupByName, userByName, userByUid } from './account.ts';

describe('accounts', () => {
  test('root is found by name, with its groups', async () => {
    const root = await userByName('root');
    expect(root).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root' });
    expect(root?.groups).toContainEqual({ gid: 0, name: 'root' });
  });

  test('whoever needs no groups is given the rest alone, by name and by uid', async () => {
    const { groups: _groups, ...rest } = (await userByName('root')) ?? { groups: [] };
    expect(await bareUserByName('root')).toEqual(rest);
    expect(await userByUid(0)).toEqual(rest);
    expect(await bareUserByName('no-such-user-here')).toBeNull();
  });

  test.each(['no-such-user-here', '', 'root ', 'Root'])('a name without an account, %j, gives null', async (name) => {
    expect(await userByName(name)).toBeNull();
  });

  test('a uid without an account gives null', async () => {
    expect(await userByUid(4_000_000_123)).toBeNull();
  });

  test.each([-1, 1.5, 4_294_967_295, Number.NaN, 2 ** 40])('the uid %d is refused', (uid) => {
    expect(() => userByUid(uid)).toThrow('expected a uid');
  });

  test('a name with NUL is refused and does not become the part before it', () => {
    expect(() => userByName('root\0x')).toThrow('NUL');
  });

  test('a group is found by name; one that is not there gives null', async () => {
    expect(await groupByName('root')).toMatchObject({ name: 'root', gid: 0 });
    expect(await groupByName('no-such-group-here')).toBeNull();
  });

  test('many look-ups at once all get their own answer', async () => {
    const names = Array.from({ length: 100 }, (_, index) => (index % 2 ? 'root' : 'daemon'));
    const found = await Promise.all(names.map((name) => userByName(name)));
    expect(found.map((account) => account?.name)).toEqual(names);
  });
});
