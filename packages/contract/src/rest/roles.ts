import * as z from 'zod';
import { roleModel } from './models.ts';
import type { Route } from './route.ts';

/** Where the peer's clients may send `roles` of a user or group, which it never did anything with: only that there are none. */
export const rolesElsewhere = z.array(z.string()).max(0, 'roles are given with PUT /roles/ROLE/users/NAME');

const names = z.array(z.string());
const createBody = z.strictObject({ name: z.string(), description: z.string().max(1000).optional(), scopes: names });
const updateBody = z
  .strictObject({ description: z.string().max(1000).optional(), scopes: names.optional() })
  .refine((body) => Object.keys(body).length > 0, 'expected description or scopes');

// `:name` and not `:user` or `:group`: what is changed is the role, so a scope for one user is not enough.
const grant = { method: 'PUT', scopes: ['admin:roles'], answers: { 204: 'empty' } } as const;
const revoke = { method: 'DELETE', scopes: ['admin:roles'], answers: { 204: 'empty' } } as const;

/** Roles at runtime: tshub's own, the peer has them in its configuration only. */
export const roleRoutes = {
  'roles.create': {
    method: 'POST',
    path: '/roles',
    says: 'Make a role out of scopes that you hold yourself',
    scopes: ['admin:roles'],
    body: createBody,
    answers: { 201: roleModel },
  },
  'roles.delete': {
    method: 'DELETE',
    path: '/roles/:role',
    says: 'Delete a role that was made over the API',
    scopes: ['admin:roles'],
    answers: { 204: 'empty' },
  },
  'roles.get': {
    method: 'GET',
    path: '/roles/:role',
    says: 'Read a role and who holds it',
    scopes: ['read:roles'],
    answers: { 200: roleModel },
  },
  'roles.grantGroup': { ...grant, path: '/roles/:role/groups/:name', says: 'Give a role to the members of a group' },
  'roles.grantService': { ...grant, path: '/roles/:role/services/:name', says: 'Give a role to a service' },
  'roles.grantUser': { ...grant, path: '/roles/:role/users/:name', says: 'Give a role to a user' },
  'roles.list': {
    method: 'GET',
    path: '/roles',
    says: 'List roles',
    scopes: ['read:roles'],
    answers: { 200: z.array(roleModel) },
  },
  'roles.revokeGroup': { ...revoke, path: '/roles/:role/groups/:name', says: 'Take a role from a group' },
  'roles.revokeService': { ...revoke, path: '/roles/:role/services/:name', says: 'Take a role from a service' },
  'roles.revokeUser': { ...revoke, path: '/roles/:role/users/:name', says: 'Take a role from a user' },
  'roles.update': {
    method: 'PATCH',
    path: '/roles/:role',
    says: 'Change what a role says or allows',
    scopes: ['admin:roles'],
    body: updateBody,
    answers: { 200: roleModel },
  },
} as const satisfies Record<string, Route>;
