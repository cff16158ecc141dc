import { TshubError, type UserModel } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderFields } from '../output/table.ts';
import { withClient } from './rest.ts';

const deciding = ['admin:roles'];

export async function createUsers(context: Context, { args, options }: Input): Promise<Outcome> {
  const usernames = args.map(String);
  const admin = options['admin'] === true;
  const made = await withClient(context, ['admin:users', ...(admin ? deciding : [])], async (client) => {
    const { data } = await client['users.createMany']({ body: { usernames, admin } });
    return data.map((user) => user.name ?? '');
  });
  const old = usernames.filter((name) => !made.includes(name));
  return {
    json: { created: made, existing: old },
    text: () =>
      [...made.map((name) => `${name} was made`), ...old.map((name) => `${name} was there already`)].join('\n'),
  };
}

export async function deleteUser(context: Context, { args: [name = ''] }: Input): Promise<Outcome> {
  await withClient(context, ['delete:users'], (client) => client['users.delete']({ params: { user: name } }), deciding);
  return { json: { deleted: name }, text: () => `${name} and all that was theirs in the hub is gone` };
}

export async function renameUser(context: Context, { args: [from = '', to = ''] }: Input): Promise<Outcome> {
  const { data } = await withClient(
    context,
    ['admin:users'],
    (client) => client['users.update']({ params: { user: from }, body: { name: to } }),
    deciding,
  );
  return { json: { renamed: { from, to: data.name } }, text: () => `${from} is ${data.name} now` };
}

export async function setAdmin(context: Context, { args: [name = '', value = 'yes'] }: Input): Promise<Outcome> {
  if (value !== 'yes' && value !== 'no')
    throw new TshubError('bad_request', { problem: `admin: expected yes or no, found "${value}"` });
  const admin = value === 'yes';
  await withClient(context, ['admin:users', ...deciding], (client) =>
    client['users.update']({ params: { user: name }, body: { admin } }),
  );
  return {
    json: { user: name, admin },
    text: () => (admin ? `${name} administers the hub` : `${name} does not administer the hub`),
  };
}

export async function showUser(context: Context, { args: [name = context.user] }: Input): Promise<Outcome> {
  const scopes = ['read:users', 'read:servers'].map((scope) => `${scope}!user=${name}`);
  const { data } = await withClient(context, scopes, (client) =>
    client['users.get']({ params: { user: name }, query: { include_stopped_servers: '1' } }),
  );
  return { json: { user: data }, text: (screen) => renderFields(fieldsOf(data), screen) };
}

function fieldsOf(user: UserModel): Array<readonly [string, string]> {
  const servers = Object.values(user.servers ?? {}).map(
    ({ name, ready, pending }) => `${name === '' ? '(default)' : name} ${pending ?? (ready ? 'ready' : 'stopped')}`,
  );
  return [
    ['User', user.name ?? ''],
    ['Administrator', user.admin === true ? 'yes' : 'no'],
    ['Roles', (user.roles ?? []).join(', ')],
    ['Groups', (user.groups ?? []).join(', ')],
    ['Created', user.created ?? ''],
    ['Last activity', user.last_activity ?? 'never'],
    ['Servers', servers.join(', ')],
  ];
}
