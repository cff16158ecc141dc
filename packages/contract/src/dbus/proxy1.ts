import * as z from 'zod';
import type { Interface } from './interface.ts';

const prefix = { name: 'prefix', type: 's' } as const;

/** The route table of the public listener. The hub changes it; an administrator may look. */
export const proxy1 = {
  busName: 'org.tshub.Proxy1',
  path: '/org/tshub/Proxy1',
  name: 'org.tshub.Proxy1',
  says: 'The routes of the public listener.',
  methods: {
    AddRoute: {
      says: 'Sends requests below a prefix to a target whose process must have this uid; replaces a route of the same prefix.',
      access: { kind: 'account', account: 'tshub' },
      in: [prefix, { name: 'target', type: 's' }, { name: 'uid', type: 'u' }, { name: 'data', type: 'a{ss}' }],
      out: [],
    },
    GetStatus: {
      says: 'Version, connections and counters; a ProxyStatus.',
      access: { kind: 'anyone' },
      in: [],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
    ListRoutes: {
      says: 'Every route; entries are RouteEntry.',
      access: { kind: 'polkit', actions: ['org.tshub.proxy.manage-routes'] },
      in: [],
      out: [{ name: 'routes', type: 'aa{sv}' }],
    },
    Probe: {
      says: 'Asks a target once for a path, as this uid; the answer tells whether a starting server is up. Status 0: no answer.',
      access: { kind: 'account', account: 'tshub' },
      in: [
        { name: 'target', type: 's' },
        { name: 'uid', type: 'u' },
        { name: 'path', type: 's' },
        { name: 'timeout_ms', type: 'u' },
      ],
      out: [
        { name: 'status', type: 'u' },
        { name: 'version', type: 's' },
        { name: 'problem', type: 's' },
      ],
    },
    RemoveRoute: {
      says: 'Takes a route away; connections that use it are closed. Removing what is not there is not an error.',
      access: { kind: 'account', account: 'tshub' },
      in: [prefix],
      out: [],
    },
  },
  signals: {},
  properties: {
    RouteCount: { says: 'How many routes there are, without the hub itself.', type: 'u', emits: false },
    Version: { says: 'Version of tshub.', type: 's', emits: false },
  },
} as const satisfies Interface;

/** `lastActivity` is milliseconds since 1970, as a bigint. */
export const routeEntry = z.object({
  prefix: z.string(),
  target: z.string(),
  uid: z.number(),
  data: z.record(z.string(), z.string()),
  lastActivity: z.bigint(),
});
export type RouteEntry = z.infer<typeof routeEntry>;

export const proxyStatus = z.object({
  version: z.string(),
  connections: z.number(),
  websockets: z.number(),
  requests: z.bigint(),
  routes: z.number(),
});
export type ProxyStatus = z.infer<typeof proxyStatus>;
