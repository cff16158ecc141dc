import * as z from 'zod';
import type { Route } from './route.ts';

/** All optional: what is missing is refused in the words of OAuth, by the flow. */
const authorizeQuery = z.object({
  client_id: z.string().optional(),
  redirect_uri: z.string().optional(),
  response_type: z.string().optional(),
  scope: z.string().optional(),
  state: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
});
const tokenForm = z.object({
  grant_type: z.literal('authorization_code'),
  client_id: z.string(),
  client_secret: z.string(),
  code: z.string(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
});

export const oauthRoutes = {
  'oauth.authorize': {
    method: 'GET',
    path: '/oauth2/authorize',
    says: 'Ask the user to let a client in',
    scopes: [],
    open: 'handler',
    query: authorizeQuery,
    answers: { 200: 'page', 302: 'redirect' },
  },
  'oauth.confirm': {
    method: 'POST',
    path: '/oauth2/authorize',
    says: 'Let a client in',
    scopes: [],
    open: 'handler',
    query: authorizeQuery,
    form: z.object({ scopes: z.array(z.string()), _xsrf: z.string() }),
    answers: { 302: 'redirect' },
  },
  'oauth.token': {
    method: 'POST',
    path: '/oauth2/token',
    says: 'Exchange a code for a token',
    scopes: [],
    open: 'handler',
    form: tokenForm,
    answers: {
      200: z.object({
        access_token: z.string(),
        expires_in: z.number(),
        token_type: z.literal('Bearer'),
        scope: z.string(),
      }),
    },
  },
} as const satisfies Record<string, Route>;
