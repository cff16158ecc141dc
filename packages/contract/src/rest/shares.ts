import * as z from 'zod';
import { timestamp } from './models.ts';
import { pageOf, pagingQuery } from './paging.ts';
import type { Route } from './route.ts';

const named = z.object({ name: z.string() });

/** The little of a server that those need who may use it. */
const sharedServer = z.object({
  user: named,
  name: z.string(),
  url: z.string(),
  full_url: z.string().nullable(),
  ready: z.boolean(),
});

/** The peer's contract 2.9. A server is shared once with each user and each group. */
export const shareModel = z.object({
  server: sharedServer,
  scopes: z.array(z.string()),
  user: named.nullable(),
  group: named.nullable(),
  kind: z.enum(['group', 'user']),
  created_at: timestamp,
});
export type ShareModel = z.infer<typeof shareModel>;

export const shareCodeModel = z.object({
  server: sharedServer,
  scopes: z.array(z.string()),
  id: z.string(),
  created_at: timestamp,
  expires_at: timestamp,
  exchange_count: z.number(),
  last_exchanged_at: timestamp,
});
export type ShareCodeModel = z.infer<typeof shareCodeModel>;
/** The code is told once, at the making. */
export const newShareCodeModel = shareCodeModel.extend({
  code: z.string(),
  accept_url: z.string(),
  full_accept_url: z.string().nullable(),
});

const shareScopes = z.array(z.string()).min(1, 'expected at least one scope, or none named at all').nullish();
const targetBody = z
  .strictObject({ user: z.string().nullish(), group: z.string().nullish(), scopes: shareScopes })
  .refine(
    ({ user, group }) => (user == null) !== (group == null),
    'expected exactly one of "user" and "group", with whom the server is shared',
  );
export type ShareTargetBody = z.infer<typeof targetBody>;

const lifetime = 'expected seconds, from 60 (a minute) to 31536000 (a year)';
const codeBody = z
  .strictObject({
    scopes: shareScopes,
    expires_in: z.number(lifetime).int(lifetime).min(60, lifetime).max(31_536_000, lifetime).nullish(),
  })
  .nullable();

const revokeCodeQuery = z
  .object({ code: z.string().optional(), id: z.string().optional() })
  .refine(({ code, id }) => code === undefined || id === undefined, 'expected at most one of "code" and "id"');

export const shareRoutes = {
  'shareCodes.create': {
    method: 'POST',
    path: '/share-codes/:user/:server',
    says: 'Make a code that whoever has it can exchange for access to a server',
    scopes: ['shares'],
    body: codeBody,
    answers: { 200: newShareCodeModel },
  },
  'shareCodes.list': {
    method: 'GET',
    path: '/share-codes/:user',
    says: 'List the codes for all servers of a user',
    scopes: ['read:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareCodeModel) },
  },
  'shareCodes.listServer': {
    method: 'GET',
    path: '/share-codes/:user/:server',
    says: 'List the codes for a server',
    scopes: ['read:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareCodeModel) },
  },
  'shareCodes.revoke': {
    method: 'DELETE',
    path: '/share-codes/:user/:server',
    says: 'Make a code worthless by itself or by its id, or all codes for a server; what was exchanged stays',
    scopes: ['shares'],
    query: revokeCodeQuery,
    answers: { 204: 'empty' },
  },
  'shares.getGroup': {
    method: 'GET',
    path: '/groups/:group/shared/:owner/:server',
    says: 'Read how a server is shared with a group',
    scopes: ['read:groups:shares'],
    answers: { 200: shareModel },
  },
  'shares.getUser': {
    method: 'GET',
    path: '/users/:user/shared/:owner/:server',
    says: 'Read how a server is shared with a user',
    scopes: ['read:users:shares'],
    answers: { 200: shareModel },
  },
  'shares.grant': {
    method: 'POST',
    path: '/shares/:user/:server',
    says: 'Share a server with a user or a group, or more of it',
    scopes: ['shares'],
    body: targetBody,
    answers: { 200: shareModel },
  },
  'shares.leaveGroup': {
    method: 'DELETE',
    path: '/groups/:group/shared/:owner/:server',
    says: 'End the sharing of a server with a group, for the group',
    scopes: ['groups:shares'],
    answers: { 204: 'empty' },
  },
  'shares.leaveUser': {
    method: 'DELETE',
    path: '/users/:user/shared/:owner/:server',
    says: 'End the sharing of a server with a user, for the user',
    scopes: ['users:shares'],
    answers: { 204: 'empty' },
  },
  'shares.list': {
    method: 'GET',
    path: '/shares/:user',
    says: 'List with whom the servers of a user are shared',
    scopes: ['read:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareModel) },
  },
  'shares.listServer': {
    method: 'GET',
    path: '/shares/:user/:server',
    says: 'List with whom a server is shared',
    scopes: ['read:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareModel) },
  },
  'shares.listWithGroup': {
    method: 'GET',
    path: '/groups/:group/shared',
    says: 'List what is shared with a group',
    scopes: ['read:groups:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareModel) },
  },
  'shares.listWithUser': {
    method: 'GET',
    path: '/users/:user/shared',
    says: 'List what is shared with a user, or with a group of theirs',
    scopes: ['read:users:shares'],
    query: pagingQuery,
    answers: { 200: pageOf(shareModel) },
  },
  'shares.revoke': {
    method: 'PATCH',
    path: '/shares/:user/:server',
    says: 'Take scopes of a share back, all of them if none are named; answers with what is left, {} for nothing',
    scopes: ['shares'],
    body: targetBody,
    answers: { 200: z.union([shareModel, z.strictObject({})]) },
  },
  'shares.revokeAll': {
    method: 'DELETE',
    path: '/shares/:user/:server',
    says: 'Share a server with nobody any more',
    scopes: ['shares'],
    answers: { 204: 'empty' },
  },
} as const satisfies Record<string, Route>;
