import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import type { Directory } from '../access/directory.ts';
import type { Groups } from './group.ts';
import { makeGroupsStore } from './groups-store.ts';

export interface GroupsParts {
  readonly db: Knex;
  readonly directory: Directory;
  /** Told when a group is gone: something may have been shared with it. */
  readonly onRemoved?: (group: string) => Promise<void>;
}

/** The rules of groups: the database first, then the directory, so that what is allowed was written down. */
export function makeGroups({ db, directory, onRemoved = () => Promise.resolve() }: GroupsParts): Groups {
  const store = makeGroupsStore(db);
  const idsOf = async (names: readonly string[]): Promise<number[]> => {
    const known = await store.userIds(names);
    const missing = names.filter((name) => !known.has(name));
    if (missing.length > 0) throw new TshubError('bad_request', { problem: `No such user: ${missing.join(', ')}` });
    return [...new Set(names.map((name) => known.get(name) ?? 0))];
  };
  const join = (group: string, users: readonly string[]): void => {
    for (const user of users) directory.addMember(group, user);
  };

  return {
    load: () => store.eachMember((group, user) => directory.addMember(group, user)),
    byName: store.byName,
    list: store.list,
    async create(names, { users = [], managed = '' } = {}) {
      for (const name of names) checkName(name);
      const taken = await store.existing(names);
      if (taken.length > 0) throw new TshubError('group_exists', { group: taken.join(', ') });
      const made = await store.add([...new Set(names)], managed, await idsOf(users));
      for (const group of made) join(group.name, users);
      return made;
    },
    async remove(group) {
      await store.remove(group.id);
      directory.removeGroup(group.name);
      await onRemoved(group.name);
    },
    async addUsers(group, users) {
      await store.addMembers(group.id, await idsOf(users));
      join(group.name, users);
    },
    async removeUsers(group, users) {
      await store.removeMembers(group.id, await idsOf(users));
      for (const user of users) directory.removeMember(group.name, user);
    },
    async setProperties(group, properties) {
      await store.setProperties(group.id, properties);
      return { ...group, properties };
    },
    async syncUser(user, wanted) {
      const now = new Set(directory.groupsOf(user.name));
      const managed = new Set(await store.ofUser(user.id, 'login'));
      for (const name of wanted) {
        if (now.has(name)) continue;
        const [group] = [(await store.byName(name)) ?? (await store.add([name], 'login', []))[0]];
        if (group === undefined) continue;
        await store.addMembers(group.id, [user.id]);
        directory.addMember(name, user.name);
      }
      for (const name of managed) {
        const group = wanted.includes(name) ? undefined : await store.byName(name);
        if (group === undefined) continue;
        await store.removeMembers(group.id, [user.id]);
        directory.removeMember(name, user.name);
      }
    },
  };
}

/** A name stands in paths, in filters (`!group=`) and on pages. */
function checkName(name: string): void {
  if (name.length > 0 && name.length <= 255 && name === name.trim() && !/[/\p{C}]/u.test(name)) return;
  throw new TshubError('bad_request', {
    problem: `Invalid group name ${JSON.stringify(name.slice(0, 60))}: expected 1 to 255 printable characters without "/"`,
  });
}
