import type { Client } from '@tshub/client';
import { type RoleModel, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderFields, renderTable } from '../output/table.ts';
import { texts, withClient } from './rest.ts';

/** Whom a role is given to or taken from, and the calls that do it. */
const kinds = {
  user: { grant: 'roles.grantUser', revoke: 'roles.revokeUser' },
  group: { grant: 'roles.grantGroup', revoke: 'roles.revokeGroup' },
  service: { grant: 'roles.grantService', revoke: 'roles.revokeService' },
} as const satisfies Record<string, Record<'grant' | 'revoke', keyof Client>>;
type Kind = keyof typeof kinds;

const whose: Readonly<Record<RoleModel['managed'], string>> = {
  '': 'made here',
  'built-in': 'built in',
  config: 'tshub.toml',
  login: 'the login',
};

export async function listRoles(context: Context): Promise<Outcome> {
  const { data: roles } = await withClient(context, ['read:roles'], (client) => client['roles.list']());
  return {
    json: { roles },
    text: (screen) =>
      renderTable(
        roles,
        [
          { title: 'ROLE', cell: ({ name }) => name, canShrink: true },
          { title: 'FROM', cell: ({ managed }) => whose[managed] },
          { title: 'HELD BY', cell: holdersOf, canShrink: true },
          { title: 'DESCRIPTION', cell: ({ description }) => description, canShrink: true },
        ],
        screen,
      ),
  };
}

function holdersOf({ everyone, users, groups, services }: RoleModel): string {
  const count = (number: number, noun: string): string[] =>
    number === 0 ? [] : [`${number} ${noun}${number === 1 ? '' : 's'}`];
  const counts = [
    ...count(users.length, 'user'),
    ...count(groups.length, 'group'),
    ...count(services.length, 'service'),
  ];
  return everyone ? 'everyone' : counts.join(', ');
}

export async function showRole(context: Context, { args: [role = ''] }: Input): Promise<Outcome> {
  const { data } = await withClient(context, ['read:roles'], (client) => client['roles.get']({ params: { role } }));
  return { json: { role: data }, text: (screen) => renderFields(fieldsOf(data), screen) };
}

function fieldsOf(role: RoleModel): Array<readonly [string, string]> {
  return [
    ['Role', role.name],
    ['Description', role.description],
    ['From', whose[role.managed]],
    ['Scopes', role.scopes.join(', ')],
    ['Users', role.everyone ? 'everyone' : role.users.join(', ')],
    ['Groups', role.groups.join(', ')],
    ['Services', role.services.join(', ')],
  ];
}

export async function createRole(context: Context, { args: [name = ''], options }: Input): Promise<Outcome> {
  const { description } = options;
  const scopes = [...texts(options['scope'])];
  const body = { name, scopes, ...(typeof description === 'string' && { description }) };
  const { data } = await withClient(context, ['admin:roles'], (client) => client['roles.create']({ body }));
  return {
    json: { role: data },
    text: () => `role ${name} was made; give it with: tshubctl role grant ${name} --user NAME`,
  };
}

export async function updateRole(context: Context, { args: [role = ''], options }: Input): Promise<Outcome> {
  const { description } = options;
  const scopes = [...texts(options['scope'])];
  const body = { ...(scopes.length > 0 && { scopes }), ...(typeof description === 'string' && { description }) };
  if (Object.keys(body).length === 0)
    throw new TshubError('bad_request', { problem: 'role update: expected --scope or --description' });
  const { data } = await withClient(context, ['admin:roles'], (client) =>
    client['roles.update']({ params: { role }, body }),
  );
  return { json: { role: data }, text: (screen) => renderFields(fieldsOf(data), screen) };
}

export async function deleteRole(context: Context, { args: [role = ''] }: Input): Promise<Outcome> {
  await withClient(context, ['admin:roles'], (client) => client['roles.delete']({ params: { role } }));
  return { json: { deleted: role }, text: () => `role ${role} is gone` };
}

export function grantRole(context: Context, input: Input): Promise<Outcome> {
  return change(context, input, 'grant');
}

export function revokeRole(context: Context, input: Input): Promise<Outcome> {
  return change(context, input, 'revoke');
}

async function change(
  context: Context,
  { args: [role = ''], options }: Input,
  how: 'grant' | 'revoke',
): Promise<Outcome> {
  const holders = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
    texts(options[kind]).map((name) => ({ kind, name })),
  );
  if (holders.length === 0)
    throw new TshubError('bad_request', { problem: `role ${how}: expected --user, --group or --service` });
  await withClient(context, ['admin:roles'], async (client) => {
    for (const { kind, name } of holders) await client[kinds[kind][how]]({ params: { role, name } });
  });
  const done = how === 'grant' ? 'granted' : 'revoked';
  const verb = how === 'grant' ? 'has' : 'does not have';
  return {
    json: { [done]: { role, holders } },
    text: () => holders.map(({ kind, name }) => `${kind} ${name} ${verb} the role ${role}`).join('\n'),
  };
}
