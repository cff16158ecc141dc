import * as z from 'zod';
import { groupModel } from './models.ts';
import { listOf, pagingQuery } from './paging.ts';
import { rolesElsewhere } from './roles.ts';
import type { Route } from './route.ts';

const names = z.array(z.string());
const createBody = z.strictObject({ users: names.optional(), roles: rolesElsewhere.optional() }).nullable();
const createManyBody = z.strictObject({
  groups: names.min(1, 'Must specify at least one group to create'),
  users: names.optional(),
  roles: rolesElsewhere.optional(),
});
const usersBody = z.object({ users: names });

export const groupRoutes = {
  'groups.addUsers': {
    method: 'POST',
    path: '/groups/:group/users',
    says: 'Put users into a group',
    scopes: ['groups'],
    body: usersBody,
    answers: { 200: groupModel },
  },
  'groups.create': {
    method: 'POST',
    path: '/groups/:group',
    says: 'Make a group',
    scopes: ['admin:groups'],
    body: createBody,
    answers: { 201: groupModel },
  },
  'groups.createMany': {
    method: 'POST',
    path: '/groups',
    says: 'Make groups, all with the same first users',
    scopes: ['admin:groups'],
    body: createManyBody,
    answers: { 201: z.array(groupModel) },
  },
  'groups.delete': {
    method: 'DELETE',
    path: '/groups/:group',
    says: 'Delete a group; its members stay users',
    scopes: ['delete:groups'],
    answers: { 204: 'empty' },
  },
  'groups.get': {
    method: 'GET',
    path: '/groups/:group',
    says: 'Read a group',
    scopes: ['read:groups', 'read:groups:name', 'read:roles:groups'],
    answers: { 200: groupModel },
  },
  'groups.list': {
    method: 'GET',
    path: '/groups',
    says: 'List groups',
    scopes: ['list:groups'],
    list: true,
    query: pagingQuery,
    answers: { 200: listOf(groupModel) },
  },
  'groups.removeUsers': {
    method: 'DELETE',
    path: '/groups/:group/users',
    says: 'Take users out of a group',
    scopes: ['groups'],
    body: usersBody,
    answers: { 200: groupModel },
  },
  'groups.setProperties': {
    method: 'PUT',
    path: '/groups/:group/properties',
    says: 'Replace the properties of a group',
    scopes: ['groups'],
    body: z.record(z.string(), z.unknown()),
    answers: { 200: groupModel },
  },
} as const satisfies Record<string, Route>;
