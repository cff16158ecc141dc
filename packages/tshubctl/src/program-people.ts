import type { CommandSpec } from './command.ts';
import {
  addToGroup,
  createGroup,
  deleteGroup,
  listGroups,
  removeFromGroup,
  setProperties,
  showGroup,
} from './commands/group.ts';
import { createRole, deleteRole, grantRole, listRoles, revokeRole, showRole, updateRole } from './commands/role.ts';
import { createToken, listTokens, revokeToken } from './commands/token.ts';
import { listUsers } from './commands/user.ts';
import { createUsers, deleteUser, renameUser, setAdmin, showUser } from './commands/user-changes.ts';
import { description, expiresIn, holders, owner, scope, userList } from './program-options.ts';

const group = { name: 'group', names: 'group', says: 'Name of the group' } as const;
const role = { name: 'role', names: 'role', says: 'Name of the role' } as const;
const user = { name: 'user', names: 'user', says: 'Name of the user' } as const;
const users = { name: 'users', names: 'user', says: 'Names of users', isList: true } as const;
/** The nouns that are about people and what they may do. */
export const groupCommand: CommandSpec = {
  name: 'group',
  says: 'Manage groups of users',
  commands: [
    { name: 'add', says: 'Put users into a group', arguments: [group, users], run: addToGroup },
    {
      name: 'create',
      says: 'Make a group',
      arguments: [{ name: 'group', says: 'Name of the group' }],
      options: [{ ...userList, says: 'A first user of it' }],
      run: createGroup,
    },
    { name: 'delete', says: 'Delete a group', arguments: [group], run: deleteGroup },
    { name: 'list', says: 'List the groups', run: listGroups },
    { name: 'remove', says: 'Take users out of a group', arguments: [group, users], run: removeFromGroup },
    {
      name: 'set-property',
      says: 'Set properties of a group, which programs may read',
      details: 'A value may be JSON; what is none is text. NAME= takes a property away.',
      arguments: [group, { name: 'properties', says: 'Each as NAME=VALUE', isList: true }],
      run: setProperties,
    },
    { name: 'show', says: 'Show users, roles and properties of a group', arguments: [group], run: showGroup },
  ],
};

export const roleCommand: CommandSpec = {
  name: 'role',
  says: 'Manage who may do what',
  details:
    'A role is a list of scopes and of those who hold it. Roles of tshub.toml and built-in ones are changed in the settings. Changes need your password if you are in the group tshub-admin.',
  commands: [
    {
      name: 'create',
      says: 'Make a role',
      arguments: [{ name: 'role', says: 'Name of the role' }],
      options: [{ ...scope, says: 'A scope that it allows, such as read:users!group=staff' }, description],
      run: createRole,
    },
    { name: 'delete', says: 'Delete a role', arguments: [role], run: deleteRole },
    { name: 'grant', says: 'Give a role', arguments: [role], options: holders, run: grantRole },
    { name: 'list', says: 'List the roles', run: listRoles },
    { name: 'revoke', says: 'Take a role away', arguments: [role], options: holders, run: revokeRole },
    { name: 'show', says: 'Show what a role allows and who holds it', arguments: [role], run: showRole },
    {
      name: 'update',
      says: 'Change what a role allows or is for',
      details: 'The scopes that are said are all that it allows then.',
      arguments: [role],
      options: [{ ...scope, says: 'A scope that it allows, in the place of those that it has' }, description],
      run: updateRole,
    },
  ],
};

export const tokenCommand: CommandSpec = {
  name: 'token',
  says: 'Manage tokens for programs that use the API',
  details:
    'A token never does more than its user may. Those of other people need your password if you are in the group tshub-admin.',
  commands: [
    {
      name: 'create',
      says: 'Make a token and print it, this once',
      options: [
        owner,
        { ...scope, says: 'A scope that it has; all that its user may do, if left out' },
        { name: 'role', names: 'role', short: 'r', value: 'role', isList: true, says: 'A role whose scopes it has' },
        { name: 'note', value: 'text', says: 'What it is for' },
        { ...expiresIn, says: 'How long it is good: seconds, or a number with s, m, h or d' },
      ],
      run: createToken,
    },
    { name: 'list', says: 'List tokens', options: [owner], run: listTokens },
    {
      name: 'revoke',
      says: 'Revoke tokens',
      arguments: [{ name: 'ids', says: 'Ids, as the list shows them', isList: true }],
      options: [owner],
      run: revokeToken,
    },
  ],
};

export const userCommand: CommandSpec = {
  name: 'user',
  says: 'Manage the users of the hub',
  commands: [
    {
      name: 'create',
      says: 'Make users known to the hub',
      details: 'Their accounts on this host are not touched.',
      arguments: [{ name: 'users', says: 'Names of users', isList: true }],
      options: [{ name: 'admin', says: 'They administer the hub' }],
      run: createUsers,
    },
    {
      name: 'delete',
      says: 'Stop the servers of a user and forget the user',
      details: 'The account on this host and its home stay.',
      arguments: [user],
      run: deleteUser,
    },
    { name: 'list', says: 'List the users that you may see', run: listUsers },
    {
      name: 'rename',
      says: 'Stop the servers of a user and give the user another name',
      arguments: [user, { name: 'name', says: 'The new name' }],
      run: renameUser,
    },
    {
      name: 'set-admin',
      says: 'Let a user administer the hub, or not any more',
      arguments: [
        user,
        { name: 'admin', says: 'Whether they do; yes, if left out', isOptional: true, choices: ['yes', 'no'] },
      ],
      run: setAdmin,
    },
    {
      name: 'show',
      says: 'Show roles, groups and servers of a user',
      arguments: [{ ...user, says: 'Name of the user; you, if left out', isOptional: true }],
      run: showUser,
    },
  ],
};
