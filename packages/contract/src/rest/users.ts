import * as z from 'zod';
import { userModel, whoAmIModel } from './models.ts';
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
  offset: z.string().optional(),
  limit: z.string().optional(),
});
export type UserListQuery = z.infer<typeof listQuery>;

export const userRoutes = {
  'users.activity': {
    method: 'POST',
    path: '/users/:user/activity',
    says: 'Report activity of a user and of servers',
    scopes: ['users:activity'],
    body: activityBody,
    answers: { 200: 'empty' },
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
    answers: { 200: z.union([z.array(userModel), z.object({ items: z.array(userModel), _pagination: z.unknown() })]) },
  },
  'users.me': {
    method: 'GET',
    path: '/user',
    says: 'Read who the credentials belong to',
    scopes: [],
    open: 'credentials',
    answers: { 200: whoAmIModel },
  },
} as const satisfies Record<string, Route>;
