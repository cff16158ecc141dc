import * as z from 'zod';
import { type Interface, settingsInUse } from './interface.ts';

const prefix = { name: 'prefix', type: 's' } as const;
/** Asked of whoever is not the hub. */
const manage = { kind: 'polkit', actions: ['org.tshub.proxy.manage-routes'] } as const;

/** The route table of the public listener. The hub changes it; administrators may do the same, and look. */
export const proxy1 = {
  busName: 'org.tshub.Proxy1',
  path: '/org/tshub/Proxy1',
  name: 'org.tshub.Proxy1',
  says: 'The routes of the public listener.',
  methods: {
    AddRoute: {
      says: 'Sends requests below a prefix to a target whose process must have this uid; replaces a route of the same prefix.',
      access: manage,
      in: [prefix, { name: 'target', type: 's' }, { name: 'uid', type: 'u' }, { name: 'data', type: 'a{ss}' }],
      out: [],
    },
    GetSettings: {
      says: 'The settings in use, as JSON with secrets hidden, and the keys of those that were read and wait for a restart.',
      access: manage,
      in: [],
      out: settingsInUse,
    },
    GetStatistics: {
      says: 'What the proxy has done since its start; a ProxyStatistics.',
      access: { kind: 'anyone' },
      in: [],
      out: [{ name: 'statistics', type: 'a{sv}' }],
    },
    GetStatus: {
      says: 'Version, connections and counters; a ProxyStatus.',
      access: { kind: 'anyone' },
      in: [],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
    ListActivity: {
      says: 'When there was last activity on the routes that had any since a moment, by prefix. Moments are milliseconds since 1970.',
      access: manage,
      in: [{ name: 'since', type: 't' }],
      out: [{ name: 'activity', type: 'a{st}' }],
    },
    ListRoutes: {
      says: 'Every route; entries are RouteEntry.',
      access: manage,
      in: [],
      out: [{ name: 'routes', type: 'aa{sv}' }],
    },
    Probe: {
      says: 'Asks a target of this uid for a path, until it answers anything below 500 or the time is over; tells the last answer. Status 0: none.',
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
      access: manage,
      in: [prefix],
      out: [],
    },
    ReplaceRoutes: {
      says: "Makes these the hub's routes, all or none; each is prefix, target, uid, data. Routes that stay keep their connections; an operator's routes are left alone.",
      access: manage,
      in: [{ name: 'routes', type: 'a(ssua{ss})' }],
      out: [
        { name: 'added', type: 'u' },
        { name: 'removed', type: 'u' },
      ],
    },
  },
  signals: {
    RouteAdded: { says: 'There is a new route, or it leads somewhere else now.', args: [prefix] },
    RouteRemoved: { says: 'A route is gone.', args: [prefix] },
    RoutesReplaced: {
      says: 'The hub gave all its routes at once; how many of them came and went.',
      args: [
        { name: 'added', type: 'u' },
        { name: 'removed', type: 'u' },
      ],
    },
  },
  properties: {
    RouteCount: { says: 'How many routes there are, without the hub itself.', type: 'u', emits: false },
    Version: { says: 'Version of tshub.', type: 's', emits: false },
  },
} as const satisfies Interface;

/** The uid of a route that does not say who must answer: (uid_t) -1, which no process can have. */
export const anyUid = 0xffff_ffff;

/** `lastActivity` is milliseconds since 1970, as a bigint. */
export const routeEntry = z.object({
  prefix: z.string(),
  target: z.string(),
  uid: z.number(),
  data: z.record(z.string(), z.string()),
  lastActivity: z.bigint(),
});
export type RouteEntry = z.infer<typeof routeEntry>;

/** `answers` has how many there were of each status. */
export const proxyStatistics = z.object({
  requests: z.bigint(),
  websocketRequests: z.bigint(),
  answers: z.record(z.string(), z.string()),
  memory: z.bigint(),
});
export type ProxyStatistics = z.infer<typeof proxyStatistics>;

export const proxyStatus = z.object({
  version: z.string(),
  connections: z.number(),
  websockets: z.number(),
  requests: z.bigint(),
  routes: z.number(),
  tls: z.boolean(),
  /** SHA-256 of the certificate for whoever asks for no name; '' without TLS. */
  fingerprint: z.string(),
  certificateNames: z.array(z.string()),
  /** Milliseconds since 1970; 0 without TLS. */
  certificateExpires: z.bigint(),
});
export type ProxyStatus = z.infer<typeof proxyStatus>;
