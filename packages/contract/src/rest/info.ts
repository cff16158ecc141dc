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
  'info.metrics': {
    method: 'GET',
    path: '/metrics',
    says: 'Read metrics, in the text format of Prometheus',
    scopes: ['read:metrics'],
    open: 'handler',
    answers: { 200: 'text' },
  },
  'info.shutdown': {
    method: 'POST',
    path: '/shutdown',
    says: 'End the hub until somebody starts it again; user servers only if asked to',
    scopes: ['shutdown'],
    body: z.looseObject({ proxy: z.boolean().optional(), servers: z.boolean().optional() }).nullable(),
    answers: { 202: z.object({ message: z.string() }) },
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
