import * as z from 'zod';
import { newTokenModel, serviceModel, tokenModel, userModel } from './models.ts';
import type { Route } from './route.ts';

/** `auth` stands for credentials: it is given to the authenticator, for programs that have a password and no token yet. */
const newTokenBody = z
  .object({
    note: z.string().max(1023).optional(),
    expires_in: z.number().int().nonnegative().nullable().optional(),
    roles: z.array(z.string()).optional(),
    scopes: z.array(z.string()).optional(),
    auth: z.object({ username: z.string(), password: z.string() }).optional(),
  })
  .nullable();
export type NewTokenBody = z.infer<typeof newTokenBody>;

export const tokenRoutes = {
  'authorizations.cookie': {
    method: 'GET',
    path: '/authorizations/cookie/:cookie/:value',
    says: "Read whose a login cookie is (of old clients); tshub's cookies are worth nothing by their value alone",
    scopes: [],
    open: 'credentials',
    answers: { 200: userModel },
  },
  'authorizations.token': {
    method: 'GET',
    path: '/authorizations/token/:token',
    says: 'Read whose a token is (of old clients; use GET /user)',
    scopes: [],
    open: 'credentials',
    answers: { 200: z.union([userModel, serviceModel]) },
  },
  'tokens.create': {
    method: 'POST',
    path: '/users/:user/tokens',
    says: 'Make a token of a user',
    scopes: ['tokens'],
    open: 'handler',
    body: newTokenBody,
    answers: { 201: newTokenModel },
  },
  'tokens.get': {
    method: 'GET',
    path: '/users/:user/tokens/:token',
    says: 'Read a token of a user',
    scopes: ['read:tokens'],
    answers: { 200: tokenModel },
  },
  'tokens.list': {
    method: 'GET',
    path: '/users/:user/tokens',
    says: 'List the tokens of a user',
    scopes: ['read:tokens'],
    answers: { 200: z.object({ api_tokens: z.array(tokenModel) }) },
  },
  'tokens.revoke': {
    method: 'DELETE',
    path: '/users/:user/tokens/:token',
    says: 'Revoke a token; of one that an OAuth client was given, all of that client and user',
    scopes: ['tokens'],
    answers: { 204: 'empty' },
  },
} as const satisfies Record<string, Route>;
