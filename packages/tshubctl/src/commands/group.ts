import { type GroupModel, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderFields, renderTable } from '../output/table.ts';
import { allPages, bare, texts, withClient } from './rest.ts';

/** For groups whose members are administrators. */
const deciding = ['admin:roles'];

export async function listGroups(context: Context): Promise<Outcome> {
  const groups = await withClient(context, ['list:groups', 'read:groups'], (client) =>
    allPages(async (offset) => bare((await client['groups.list']({ query: { offset: String(offset) } })).data)),
  );
  return {
    json: { groups },
    text: (screen) => {
      if (groups.length === 0) return 'There are no groups.';
      return renderTable(
        groups,
        [
          { title: 'GROUP', cell: ({ name }) => name, canShrink: true },
          { title: 'USERS', cell: ({ users = [] }) => String(users.length) },
          { title: 'PROPERTIES', cell: ({ properties = {} }) => Object.keys(properties).join(', '), canShrink: true },
        ],
        screen,
      );
    },
  };
}

export async function showGroup(context: Context, { args: [group = ''] }: Input): Promise<Outcome> {
  const scopes = [`read:groups!group=${group}`, `read:roles:groups!group=${group}`];
  const { data } = await withClient(context, scopes, (client) => client['groups.get']({ params: { group } }));
  return {
    json: { group: data },
    text: (screen) =>
      renderFields(
        [
          ['Group', data.name],
          ['Roles', (data.roles ?? []).join(', ')],
          ['Users', (data.users ?? []).join(', ')],
          ...Object.entries(data.properties ?? {}).map(([name, value]) => [name, JSON.stringify(value)] as const),
        ],
        screen,
      ),
  };
}

export async function createGroup(context: Context, { args: [group = ''], options }: Input): Promise<Outcome> {
  const users = [...texts(options['user'])];
  const { data } = await withClient(context, ['admin:groups'], (client) =>
    client['groups.create']({ params: { group }, body: { users } }),
  );
  return { json: { group: data }, text: () => `group ${group} was made` };
}

export async function deleteGroup(context: Context, { args: [group = ''] }: Input): Promise<Outcome> {
  const scopes = [`delete:groups!group=${group}`];
  await withClient(context, scopes, (client) => client['groups.delete']({ params: { group } }), deciding);
  return { json: { deleted: group }, text: () => `group ${group} is gone; its users are not` };
}

export function addToGroup(context: Context, input: Input): Promise<Outcome> {
  return changeMembers(context, input, 'groups.addUsers');
}

export function removeFromGroup(context: Context, input: Input): Promise<Outcome> {
  return changeMembers(context, input, 'groups.removeUsers');
}

async function changeMembers(
  context: Context,
  { args: [group = '', ...rest] }: Input,
  call: 'groups.addUsers' | 'groups.removeUsers',
): Promise<Outcome> {
  const users = rest.map(String);
  const { data } = await withClient(
    context,
    [`groups!group=${group}`],
    (client) => client[call]({ params: { group }, body: { users } }),
    deciding,
  );
  return { json: { group: data }, text: () => membersOf(data) };
}

function membersOf({ name, users = [] }: GroupModel): string {
  return users.length === 0 ? `nobody is in ${name}` : `in ${name}: ${users.join(', ')}`;
}

/** The API replaces all properties at once: those that are not named are sent as they were. */
export async function setProperties(context: Context, { args: [group = '', ...pairs] }: Input): Promise<Outcome> {
  const changes = pairs.map((pair) => readPair(String(pair)));
  const { data } = await withClient(context, [`groups!group=${group}`], async (client) => {
    const properties = { ...(await client['groups.get']({ params: { group } })).data.properties };
    for (const [name, value] of changes) {
      if (value === undefined) delete properties[name];
      else properties[name] = value;
    }
    return client['groups.setProperties']({ params: { group }, body: properties });
  });
  return { json: { group: data }, text: () => `properties of ${group}: ${JSON.stringify(data.properties)}` };
}

/** `quota=3` is a number, `room=B 12` text, `quota=` nothing any more. */
function readPair(pair: string): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) throw new TshubError('bad_request', { problem: `expected NAME=VALUE, found "${pair}"` });
  const [name, text] = [pair.slice(0, at), pair.slice(at + 1)];
  if (text === '') return [name, undefined];
  try {
    return [name, JSON.parse(text) as unknown];
  } catch {
    return [name, text];
  }
}
