import * as z from 'zod';
import { type LiveLimit, liveLimits } from '../dbus/spawner1.ts';
import { serverModel, userUsageModel } from './models.ts';
import type { Route } from './route.ts';

/** The body of a start: 6.x names its parts, for 5.x the whole body is the options. */
const options = z.record(z.string(), z.unknown());
const startBody = z
  .looseObject({
    // Checked where they are read, since a 5.x client may mean anything by them.
    display_name: z
      .unknown()
      .meta({ type: ['string', 'null'] })
      .optional(),
    user_options: z
      .unknown()
      .meta({ type: ['object', 'null'] })
      .optional(),
  })
  .nullable();
const stopBody = z.object({ remove: z.boolean().optional() }).nullable();

const createBody = z
  .strictObject({ display_name: z.string().nullable().optional(), user_options: options.optional() })
  .nullable();
const updateBody = z
  .strictObject({
    name: z.string().optional(),
    display_name: z.string().nullable().optional(),
    user_options: options.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'expected at least one of: name, display_name, user_options');
export type UpdateServerBody = z.infer<typeof updateBody>;

const create = {
  method: 'PUT',
  scopes: ['start:servers'],
  body: createBody,
  answers: { 201: serverModel },
} as const;
const update = {
  method: 'PATCH',
  scopes: ['start:servers'],
  body: updateBody,
  answers: { 200: serverModel },
} as const;
const start = {
  method: 'POST',
  scopes: ['start:servers', 'servers'],
  body: startBody,
  answers: { 201: 'empty', 202: 'empty' },
} as const;
const stop = {
  method: 'DELETE',
  scopes: ['delete:servers'],
  body: stopBody,
  answers: { 202: 'empty', 204: 'empty' },
} as const;

/** What each limit counts is said in the table of limits. */
const limitsBody = z
  .strictObject(
    Object.fromEntries(
      Object.entries(liveLimits).map(([name, { says }]) => [
        name,
        z.number().nonnegative().meta({ description: says }).optional(),
      ]),
    ) as Record<LiveLimit, z.ZodOptional<z.ZodNumber>>,
  )
  .refine((body) => Object.keys(body).length > 0, `expected at least one of: ${Object.keys(liveLimits).join(', ')}`);
const keepBody = z
  .strictObject({
    until: z.string().optional().meta({ description: 'A timestamp, at most ends.latest; that, if left out.' }),
  })
  .nullable();
const keep = {
  method: 'POST',
  scopes: ['start:servers', 'servers'],
  body: keepBody,
  answers: { 200: serverModel },
} as const;
const setLimits = {
  method: 'PATCH',
  scopes: ['admin:servers'],
  body: limitsBody,
  answers: { 204: 'empty' },
} as const;

export const serverRoutes = {
  'servers.create': {
    ...create,
    path: '/users/:user/servers/:server',
    says: 'Make a named server without starting it',
  },
  'servers.get': {
    method: 'GET',
    path: '/users/:user/servers/:server',
    says: 'Read a named server',
    scopes: ['read:servers'],
    answers: { 200: serverModel },
  },
  'servers.getDefault': {
    method: 'GET',
    path: '/users/:user/server',
    says: 'Read the default server',
    scopes: ['read:servers'],
    answers: { 200: serverModel },
  },
  'servers.keep': {
    ...keep,
    path: '/users/:user/servers/:server/keep',
    says: 'Put off the end of a named server that is idle or old, within bounds',
  },
  'servers.keepDefault': {
    ...keep,
    path: '/users/:user/server/keep',
    says: 'Put off the end of the default server when it is idle or old, within bounds',
  },
  'servers.progress': {
    method: 'GET',
    path: '/users/:user/servers/:server/progress',
    says: 'Follow the start of a named server',
    scopes: ['read:servers'],
    answers: { 200: 'events' },
  },
  'servers.progressDefault': {
    method: 'GET',
    path: '/users/:user/server/progress',
    says: 'Follow the start of the default server',
    scopes: ['read:servers'],
    answers: { 200: 'events' },
  },
  'servers.setLimits': {
    ...setLimits,
    path: '/users/:user/servers/:server/limits',
    says: 'Change limits of a named server that runs, until it ends',
  },
  'servers.setLimitsDefault': {
    ...setLimits,
    path: '/users/:user/server/limits',
    says: 'Change limits of the default server while it runs, until it ends',
  },
  'servers.start': { ...start, path: '/users/:user/servers/:server', says: 'Start a named server' },
  'servers.startDefault': { ...start, path: '/users/:user/server', says: 'Start the default server' },
  'servers.stop': { ...stop, path: '/users/:user/servers/:server', says: 'Stop a named server' },
  'servers.stopDefault': { ...stop, path: '/users/:user/server', says: 'Stop the default server' },
  'servers.update': {
    ...update,
    path: '/users/:user/servers/:server',
    says: 'Rename a named server that is stopped, or change how it is called and its options',
  },
  'servers.updateDefault': {
    ...update,
    path: '/users/:user/server',
    says: 'Change how the stopped default server is called, or its options',
  },
  'servers.usage': {
    method: 'GET',
    path: '/users/:user/usage',
    says: 'Read what the servers of a user use: memory, CPU, processes, disk',
    scopes: ['read:servers'],
    answers: { 200: userUsageModel },
  },
} as const satisfies Record<string, Route>;
