import * as z from 'zod';
import type { Route } from './route.ts';

const routeModel = z.object({ routespec: z.string(), target: z.string(), data: z.record(z.string(), z.unknown()) });
export type RouteModel = z.infer<typeof routeModel>;
const routesByPath = z.record(z.string(), routeModel);

export const proxyRoutes = {
  'proxy.check': {
    method: 'POST',
    path: '/proxy',
    says: 'Compare the routes of the proxy with what runs, and put them right',
    scopes: ['proxy'],
    answers: { 200: 'empty' },
  },
  'proxy.list': {
    method: 'GET',
    path: '/proxy',
    says: 'List the routes of the proxy',
    scopes: ['proxy'],
    query: z.object({ offset: z.string().optional(), limit: z.string().optional() }),
    answers: { 200: z.union([routesByPath, z.object({ items: routesByPath, _pagination: z.unknown() })]) },
  },
  'proxy.moved': {
    method: 'PATCH',
    path: '/proxy',
    says: 'Tell that the proxy was restarted: compares the routes',
    scopes: ['proxy'],
    body: z.looseObject({ api_url: z.string().optional(), auth_token: z.string().optional() }),
    answers: { 200: 'empty' },
  },
} as const satisfies Record<string, Route>;
