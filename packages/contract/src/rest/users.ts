import * as z from 'zod';
import { userModel, whoAmIModel } from './models.ts';
import { listOf, pagingQuery } from './paging.ts';
import { rolesElsewhere } from './roles.ts';
import type { Route } from './route.ts';

const readAny = [
  'read:users',
  'read:users:name',
  'read:servers',
  'read:users:groups',
  'read:users:activity',
  'read:roles:users',
] as const;

/** One report of a user server (peer's contract 6.4). */
const activityBody = z.object({
  servers: z.record(z.string(), z.object({ last_activity: z.string() })).optional(),
  last_activity: z.string().optional(),
});
export type ActivityBody = z.infer<typeof activityBody>;

const listQuery = z.object({
  state: z.enum(['active', 'ready', 'inactive']).optional(),
  name_filter: z.string().optional(),
  sort: z.enum(['id', '-id', 'name', '-name', 'last_activity', '-last_activity']).optional(),
  include_stopped_servers: z.string().optional(),
  ...pagingQuery.shape,
});
export type UserListQuery = z.infer<typeof listQuery>;

const groupsElsewhere = z.array(z.string()).max(0, 'groups are joined with POST /groups/GROUP/users');
const authState = z.record(z.string(), z.unknown()).nullable();
/** What the peer takes as well and does nothing with: accepted as long as it asks for nothing. */
const ignored = { groups: groupsElsewhere.optional(), roles: rolesElsewhere.optional() };
const createManyBody = z
  .strictObject({
    usernames: z.array(z.string()).optional(),
    admin: z.boolean().optional(),
    name: z.string().optional(),
    auth_state: authState.optional(),
    ...ignored,
  })
  .nullable();
const createBody = z.strictObject({ admin: z.boolean().optional(), ...ignored }).nullable();
const updateBody = z.strictObject({
  name: z.string().optional(),
  admin: z.boolean().optional(),
  auth_state: authState.optional(),
  ...ignored,
});
export type UpdateUserBody = z.infer<typeof updateBody>;

export const userRoutes = {
  'users.activity': {
    method: 'POST',
    path: '/users/:user/activity',
    says: 'Report activity of a user and of servers',
    scopes: ['users:activity'],
    body: activityBody,
    answers: { 200: 'empty' },
  },
  'users.adminAccess': {
    method: 'POST',
    path: '/users/:user/admin-access',
    says: 'Ask for access to the servers of a user (of old clients; hold access:servers)',
    scopes: ['servers'],
    answers: { 200: 'empty' },
  },
  'users.create': {
    method: 'POST',
    path: '/users/:user',
    says: 'Make a user',
    scopes: ['admin:users'],
    body: createBody,
    answers: { 201: userModel },
  },
  'users.createMany': {
    method: 'POST',
    path: '/users',
    says: 'Make users; those that there are already are left out',
    scopes: ['admin:users'],
    body: createManyBody,
    answers: { 201: z.array(userModel) },
  },
  'users.delete': {
    method: 'DELETE',
    path: '/users/:user',
    says: 'Stop the servers of a user and delete the user',
    scopes: ['delete:users'],
    answers: { 204: 'empty' },
  },
  'users.get': {
    method: 'GET',
    path: '/users/:user',
    says: 'Read a user',
    scopes: readAny,
    query: z.object({ include_stopped_servers: z.string().optional() }),
    answers: { 200: userModel },
  },
  'users.list': {
    method: 'GET',
    path: '/users',
    says: 'List users',
    scopes: ['list:users'],
    list: true,
    query: listQuery,
    answers: { 200: listOf(userModel) },
  },
  'users.me': {
    method: 'GET',
    path: '/user',
    says: 'Read who the credentials belong to',
    scopes: [],
    open: 'credentials',
    answers: { 200: whoAmIModel },
  },
  'users.update': {
    method: 'PATCH',
    path: '/users/:user',
    says: 'Rename a user, make them an administrator or none, keep their authentication state',
    scopes: ['admin:users'],
    body: updateBody,
    answers: { 200: userModel },
  },
} as const satisfies Record<string, Route>;
