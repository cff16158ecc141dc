import * as z from 'zod';
import { serviceModel } from './models.ts';
import type { Route } from './route.ts';

/** What a service that is made at runtime can be; those of `command` are units of systemd here, named in tshub.toml. */
const serviceBody = z
  .strictObject({
    name: z.string().optional(),
    admin: z.boolean().optional(),
    url: z.string().optional(),
    user: z.string().optional(),
    api_token: z.string().optional(),
    oauth_client_id: z.string().optional(),
    oauth_redirect_uri: z.string().optional(),
    oauth_no_confirm: z.boolean().optional(),
    oauth_client_allowed_scopes: z.array(z.string()).optional(),
    info: z.record(z.string(), z.unknown()).optional(),
    display: z.boolean().optional(),
    command: z.array(z.string()).optional(),
    cwd: z.string().optional(),
    environment: z.record(z.string(), z.string()).optional(),
  })
  .nullable();
export type ServiceBody = NonNullable<z.infer<typeof serviceBody>>;

export const serviceRoutes = {
  'services.create': {
    method: 'POST',
    path: '/services/:service',
    says: 'Make a service that is not in the settings',
    scopes: ['admin:services'],
    body: serviceBody,
    answers: { 201: serviceModel },
  },
  'services.delete': {
    method: 'DELETE',
    path: '/services/:service',
    says: 'Remove a service that is not in the settings, with its tokens',
    scopes: ['admin:services'],
    answers: { 200: 'empty' },
  },
  'services.get': {
    method: 'GET',
    path: '/services/:service',
    says: 'Read a service',
    scopes: ['read:services', 'read:services:name', 'read:roles:services'],
    answers: { 200: serviceModel },
  },
  'services.list': {
    method: 'GET',
    path: '/services',
    says: 'List services, by name',
    scopes: ['list:services'],
    list: true,
    answers: { 200: z.record(z.string(), serviceModel) },
  },
} as const satisfies Record<string, Route>;
