import * as z from 'zod';
import type { Route } from './route.ts';

export const oauthRoutes = {
  'oauth.authorize': {
    method: 'GET',
    path: '/oauth2/authorize',
    says: 'Ask the user to let a client in',
    scopes: [],
    open: 'handler',
    answers: { 200: 'page', 302: 'redirect' },
  },
  'oauth.confirm': {
    method: 'POST',
    path: '/oauth2/authorize',
    says: 'Let a client in',
    scopes: [],
    open: 'handler',
    answers: { 302: 'redirect' },
  },
  'oauth.token': {
    method: 'POST',
    path: '/oauth2/token',
    says: 'Exchange a code for a token',
    scopes: [],
    open: 'handler',
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
