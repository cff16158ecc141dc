import * as z from 'zod';
import type { Route } from './route.ts';

const part = z.object({ class: z.string(), version: z.string() });

export const infoRoutes = {
  'info.get': {
    method: 'GET',
    path: '/info',
    says: 'Read facts about the hub',
    scopes: ['read:hub'],
    answers: {
      200: z.object({
        version: z.string(),
        python: z.string(),
        sys_executable: z.string(),
        spawner: part,
        authenticator: part,
      }),
    },
  },
  'info.health': {
    method: 'GET',
    path: '/health',
    says: 'Check that the hub is up',
    scopes: [],
    open: 'anyone',
    answers: { 200: 'empty' },
  },
  'info.version': {
    method: 'GET',
    path: '/',
    says: 'Read the version',
    scopes: [],
    open: 'anyone',
    answers: { 200: z.object({ version: z.string() }) },
  },
} as const satisfies Record<string, Route>;
