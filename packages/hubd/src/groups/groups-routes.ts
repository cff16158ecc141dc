import type { Settings } from '@tshub/config';
import { type groupRoutes, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { pageOf, readPage, type Handlers, type Reply } from '@tshub/http';
import type { Access } from '../access/access.ts';
import type { Directory } from '../access/directory.ts';
import { filterGroup } from '../access/filter.ts';
import { makesAdministrators, requireAdministrator } from '../access/grant.ts';
import { listable } from '../access/require.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { Group, Groups } from './group.ts';
import { groupModelOf } from './groups-view.ts';

export interface GroupsRoutesParts {
  readonly access: Pick<Access, 'expand' | 'scopesOf' | 'scopesOfRole'>;
  readonly directory: Directory;
  readonly groups: Groups;
  readonly settings: () => Settings;
  /** A user's name as a login would have it; null for what no user can be called. */
  readonly userName: (typed: string) => string | null;
  readonly log: Log;
}

/** Handlers about groups. */
export function groupHandlers(parts: GroupsRoutesParts): Handlers<typeof groupRoutes, Caller> {
  const { access, directory, groups, log } = parts;
  const known = async (name: string): Promise<Group> => {
    const group = await groups.byName(name);
    if (group === undefined) throw new TshubError('group_unknown', { group: name });
    return group;
  };
  const show = (group: Group, caller: Caller, status: number): Reply => {
    const json = filterGroup(groupModelOf(group, directory), caller.scopes);
    if (json === null) throw new TshubError('not_accessible');
    return { status, json };
  };
  const names = (typed: readonly string[] = []): string[] => [
    ...new Set(typed.map((name) => parts.userName(name) ?? name)),
  ];
  /** Who is in a group holds its roles: into and out of one that makes administrators, only administrators put people. */
  const checkMembership = (caller: Caller, group: string): void => {
    const raw = [...directory.rolesOf('group', group)].flatMap((role) => access.scopesOfRole(role) ?? []);
    if (makesAdministrators(access, raw))
      requireAdministrator(access, caller, `Only admins can change group ${group}, whose members are admins`);
  };
  const note = (caller: Caller, group: string, what: string): void =>
    log.info({ event: 'group-changed', group, ...byWhom(caller) }, `group ${group} ${what} by ${caller.owner.name}`);
  const create = async (caller: Caller, wanted: readonly string[], users?: readonly string[]) => {
    const made = await groups.create(wanted, { users: names(users) });
    for (const group of made) note(caller, group.name, 'was made');
    return made;
  };

  return {
    async 'groups.addUsers'({ caller, params, body }) {
      const group = await known(params.group);
      checkMembership(caller, group.name);
      const users = names(body.users);
      await groups.addUsers(group, users);
      note(caller, group.name, `got ${users.length} users (${shorten(users)})`);
      return show(group, caller, 200);
    },
    async 'groups.create'({ caller, params, body }) {
      const [made] = await create(caller, [params.group], body?.users);
      if (made === undefined) throw new Error(`group ${params.group} was not made`);
      return show(made, caller, 201);
    },
    async 'groups.createMany'({ caller, body }) {
      const made = await create(caller, body.groups, body.users);
      const models = made.map((group) => filterGroup(groupModelOf(group, directory), caller.scopes));
      return { status: 201, json: models.filter((model) => model !== null) };
    },
    async 'groups.delete'({ caller, params }) {
      const group = await known(params.group);
      checkMembership(caller, group.name);
      await groups.remove(group);
      note(caller, group.name, 'was deleted');
      return { status: 204 };
    },
    'groups.get': async ({ caller, params }) => show(await known(params.group), caller, 200),
    async 'groups.list'({ ctx, caller, query }) {
      const { api_page_default_limit: defaultLimit, api_page_max_limit: maxLimit } = parts.settings().hub;
      const page = readPage(ctx, query, { defaultLimit, maxLimit });
      const only = listable(caller, 'list:groups', ['group']);
      const found = await groups.list({ ...page, ...(only === 'all' ? {} : { only: only.group }) });
      const shown = found.groups
        .map((group) => filterGroup(groupModelOf(group, directory), caller.scopes))
        .filter((model) => model !== null);
      return pageOf(ctx, page, found.total, shown);
    },
    async 'groups.removeUsers'({ caller, params, body }) {
      const group = await known(params.group);
      checkMembership(caller, group.name);
      const users = names(body.users);
      await groups.removeUsers(group, users);
      note(caller, group.name, `lost ${users.length} users (${shorten(users)})`);
      return show(group, caller, 200);
    },
    async 'groups.setProperties'({ caller, params, body }) {
      const group = await groups.setProperties(await known(params.group), body);
      note(caller, group.name, 'got other properties');
      return show(group, caller, 200);
    },
  };
}

/** Some names, for the log. */
function shorten(users: readonly string[]): string {
  return users.length > 5 ? `${users.slice(0, 5).join(', ')}, …` : users.join(', ');
}
