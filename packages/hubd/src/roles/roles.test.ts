import { schema } from '@tshub/config';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeAccess } from '../access/access.ts';
import { Directory } from '../access/directory.ts';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import type { Groups } from '../groups/group.ts';
import { makeGroups } from '../groups/groups.ts';
import type { UsersStore } from '../users/user.ts';
import { makeUsersStore } from '../users/users-store.ts';
import { applyConfigRoles, type RolesForConfig } from './config-roles.ts';
import type { Roles } from './role.ts';
import { makeRoles } from './roles.ts';

let db: Knex;
let users: UsersStore;
let directory: Directory;
let groups: Groups;
let roles: Roles & RolesForConfig;
let may: (user: string, scope: string) => Promise<boolean>;

/** What a hub does at start, upon the same database. */
async function start(config: Record<string, unknown> = {}): Promise<void> {
  users = makeUsersStore(db, { now: () => 1 });
  directory = new Directory();
  const access = makeAccess({ directory, custom: new Map(), sharedWith: () => [] });
  groups = makeGroups({ db, directory });
  roles = makeRoles({ db, directory, knows: access.knows, setAdmin: users.setAdmin });
  await groups.load();
  await roles.load();
  const services = new Set(['grader']);
  await applyConfigRoles({ settings: schema.parse(config), directory, groups, users, roles, services });
  may = async (name, scope) => {
    const user = await users.byName(name);
    if (user === undefined) throw new Error(`no user ${name}`);
    return access.scopesOf({ kind: 'user', id: user.id, name, admin: user.admin }).has(scope);
  };
}

beforeEach(async () => {
  db = await databaseForTest();
  await start();
  await users.addMissing(['ada', 'bob']);
});
afterEach(() => db.destroy());

describe('roles at runtime', () => {
  test('give what they say to who holds them, also after a restart', async () => {
    await roles.create({ name: 'metrics', description: '', scopes: ['read:metrics'] });
    await roles.grant('metrics', { kind: 'user', name: 'ada' });
    expect([await may('ada', 'read:metrics'), await may('bob', 'read:metrics')]).toEqual([true, false]);
    await start();
    expect([await may('ada', 'read:metrics'), await may('bob', 'read:metrics')]).toEqual([true, false]);
    await roles.revoke('metrics', { kind: 'user', name: 'ada' });
    expect(await may('ada', 'read:metrics')).toBe(false);
  });

  test('reach the members of a group, those who come later too', async () => {
    const [ops] = await groups.create(['ops']);
    await roles.create({ name: 'metrics', description: '', scopes: ['read:metrics'] });
    await roles.grant('metrics', { kind: 'group', name: 'ops' });
    if (ops !== undefined) await groups.addUsers(ops, ['bob']);
    expect(await may('bob', 'read:metrics')).toBe(true);
    await start();
    expect(await may('bob', 'read:metrics')).toBe(true);
  });

  test('the role admin of a user is the flag, both ways', async () => {
    await roles.grant('admin', { kind: 'user', name: 'ada' });
    expect((await users.byName('ada'))?.admin).toBe(true);
    expect(await may('ada', 'shutdown')).toBe(true);
    await roles.revoke('admin', { kind: 'user', name: 'ada' });
    expect(await may('ada', 'shutdown')).toBe(false);
  });

  test.each([
    [
      'an unknown scope',
      () => roles.create({ name: 'some', description: '', scopes: ['nothing'] }),
      'No such scope: nothing',
    ],
    ['a name that is none', () => roles.create({ name: 'A', description: '', scopes: [] }), 'Invalid role name "A"'],
    [
      'a name that is taken',
      () => roles.create({ name: 'user', description: '', scopes: [] }),
      'Role user already exists',
    ],
    ['a change of what is built in', () => roles.update('user', { scopes: [] }), 'Role user is built in'],
    ['a holder that there is not', () => roles.grant('user', { kind: 'group', name: 'none' }), 'Group none not found'],
  ])('%s is refused', async (_, action, message) => {
    await expect(action()).rejects.toThrow(message);
  });
});

describe('roles of the settings', () => {
  const config = {
    groups: { ops: { users: ['cy'], properties: { quota: 3 } } },
    roles: { metrics: { scopes: ['read:metrics'], users: ['ada'], groups: ['ops'], services: ['grader'] } },
  };

  test('are made with users and groups, and their members are exact', async () => {
    await start(config);
    expect([await may('ada', 'read:metrics'), await may('cy', 'read:metrics')]).toEqual([true, true]);
    expect((await groups.byName('ops'))?.properties).toEqual({ quota: 3 });
    expect(roles.get('metrics')).toMatchObject({ managed: 'config', services: new Set(['grader']) });
    await roles.grant('metrics', { kind: 'user', name: 'bob' });
    await start(config);
    expect(await may('bob', 'read:metrics')).toBe(false);
  });

  test('are gone when they are no longer there; those made at runtime stay', async () => {
    await start(config);
    await roles.create({ name: 'mine', description: '', scopes: ['read:hub'] });
    await start();
    expect(roles.get('metrics')).toBeUndefined();
    expect(await may('ada', 'read:metrics')).toBe(false);
    expect(roles.get('mine')?.managed).toBe('');
  });

  test('may say what everybody may do, or who holds the role of everybody', async () => {
    await start({ roles: { user: { scopes: ['self', 'shares!user'] } } });
    expect(await may('bob', 'shares!user=bob')).toBe(true);
    await start({ roles: { user: { users: ['ada'] } } });
    expect([await may('ada', 'servers!user=ada'), await may('bob', 'servers!user=bob')]).toEqual([true, false]);
    await start();
    expect(await may('bob', 'servers!user=bob')).toBe(true);
  });

  test('cannot change the role admin, nor name a service that there is not', async () => {
    expect(() => schema.parse({ roles: { admin: { scopes: [] } } })).toThrow('the role admin allows everything');
    await expect(start({ roles: { some: { services: ['none'] } } })).rejects.toThrow('there is no service "none"');
  });

  test('with a mistake in them change nothing', async () => {
    await start({ roles: { first: { scopes: ['list:users'] } } });
    const before = await db('roles').select('name', 'scopes').orderBy('name');
    const wrong = { first: { scopes: ['admin:users'] }, second: { scopes: ['proxy'], services: ['none'] } };
    await expect(start({ roles: wrong, groups: { new: {} } })).rejects.toThrow('there is no service "none"');
    expect(await db('roles').select('name', 'scopes').orderBy('name')).toEqual(before);
    expect(await db('groups').where({ name: 'new' })).toEqual([]);
  });
});
