import * as z from 'zod';
import { type Interface, settingsInUse } from './interface.ts';

const user = { name: 'user', type: 's' } as const;
const server = { name: 'server', type: 's' } as const;
const servers = {
  kind: 'polkit',
  actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.manage-servers'],
} as const;

/** The hub for programs of this host. A caller is who the bus says it is; what is its own is always allowed. */
export const hub1 = {
  busName: 'org.tshub.Hub1',
  path: '/org/tshub/Hub1',
  name: 'org.tshub.Hub1',
  says: 'Users, servers and tokens of the hub.',
  methods: {
    AnnounceEnds: {
      says: 'When servers will be stopped and why, for their users to see; entries are ServerEndEntry. What does not run any more is passed over.',
      access: { kind: 'account', account: 'tshub-culler' },
      in: [{ name: 'ends', type: 'aa{sv}' }],
      out: [],
    },
    GetServer: {
      says: 'One server, with the state and the accounting of its unit; a ServerEntry.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.read'] },
      in: [user, server],
      out: [{ name: 'server', type: 'a{sv}' }],
    },
    GetSettings: {
      says: 'The settings in use, as JSON with secrets hidden, and the keys of those that were read and wait for a restart.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.read'] },
      in: [],
      out: settingsInUse,
    },
    GetStatus: {
      says: 'Version, start and counts of the hub; a HubStatus.',
      access: { kind: 'anyone' },
      in: [],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
    ImportPeer: {
      says: 'Takes over what a JupyterHub knew, a PeerImport as JSON, or only says what it would do. Adds, and changes nothing that is here; an ImportReport as JSON.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-roles'] },
      in: [
        { name: 'document', type: 's' },
        { name: 'apply', type: 'b' },
      ],
      out: [{ name: 'report', type: 's' }],
    },
    IssueToken: {
      says: 'A token for the REST API, good for ten minutes, with at most these scopes; each scope needs the polkit action that covers it.',
      access: {
        kind: 'polkit',
        actions: [
          'org.tshub.hub.manage-own-server',
          'org.tshub.hub.read',
          'org.tshub.hub.manage-roles',
          'org.tshub.hub.manage-servers',
          'org.tshub.hub.manage-users',
          'org.tshub.hub.shutdown',
        ],
      },
      in: [{ name: 'scopes', type: 'as' }],
      out: [
        { name: 'token', type: 's' },
        { name: 'api_url', type: 's' },
        { name: 'expires_at', type: 't' },
      ],
    },
    KeepServer: {
      says: 'Puts off the end of a server until a moment, milliseconds since 1970; 0: as long as is allowed. A ServerEntry.',
      access: servers,
      in: [user, server, { name: 'until', type: 't' }],
      out: [{ name: 'server', type: 'a{sv}' }],
    },
    ListServers: {
      says: 'The active servers that the caller may see; entries are ServerEntry.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.read'] },
      in: [],
      out: [{ name: 'servers', type: 'aa{sv}' }],
    },
    ListUsage: {
      says: 'What the running servers that the caller may see use, each and those of a user together; entries are UsageEntry.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.read'] },
      in: [],
      out: [{ name: 'usage', type: 'aa{sv}' }],
    },
    ListUsers: {
      says: 'Users in name order, a page at a time; entries are UserEntry.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.read'] },
      in: [
        { name: 'offset', type: 'u' },
        { name: 'limit', type: 'u' },
      ],
      out: [
        { name: 'users', type: 'aa{sv}' },
        { name: 'total', type: 'u' },
      ],
    },
    RemoveServer: {
      says: 'Stops a named server if it runs, and forgets it, with its options and shares.',
      access: { kind: 'account', account: 'tshub-culler' },
      in: [user, server],
      out: [],
    },
    RemoveUser: {
      says: 'Deletes a user who has no active server and whom [culler] lets be deleted.',
      access: { kind: 'account', account: 'tshub-culler' },
      in: [user],
      out: [],
    },
    SetServerLimits: {
      says: 'Changes limits of a running server until it ends, as SetLimits of Spawner1 does.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-servers'] },
      in: [user, server, { name: 'limits', type: 'a{st}' }],
      out: [],
    },
    StartServer: {
      says: 'Starts a server and returns when it is ready; a ServerEntry.',
      access: servers,
      in: [user, server, { name: 'options', type: 'a{ss}' }],
      out: [{ name: 'server', type: 'a{sv}' }],
    },
    StopServer: {
      says: 'Stops a server and returns when it has stopped. The reason is kept and shown to the user.',
      access: servers,
      in: [user, server, { name: 'reason', type: 's' }],
      out: [],
    },
    WatchServers: {
      says: 'From now on the signals about servers that the caller may see are sent to it, as long as it is on the bus.',
      access: { kind: 'polkit', actions: ['org.tshub.hub.manage-own-server', 'org.tshub.hub.read'] },
      in: [],
      out: [],
    },
  },
  signals: {
    ServerChanged: {
      says: 'A server began, became ready, or ended; or its end was put off (kept). Sent to those who watch and may see it.',
      args: [user, server, { name: 'state', type: 's' }],
    },
    ServerEnding: {
      says: 'A server will be stopped at a moment, milliseconds since 1970, unless it is used or kept. Sent as ServerChanged is.',
      args: [user, server, { name: 'at', type: 't' }, { name: 'why', type: 's' }],
    },
  },
  properties: {
    ActiveServers: { says: 'How many servers run or are about to.', type: 'u', emits: false },
    Version: { says: 'Version of tshub.', type: 's', emits: false },
  },
} as const satisfies Interface;

/** Times are milliseconds since 1970, 0 for never. `pending` is '', spawn, stop or check. */
export const serverEntry = z.object({
  user: z.string(),
  server: z.string(),
  unit: z.string(),
  ready: z.boolean(),
  pending: z.string(),
  started: z.bigint(),
  lastActivity: z.bigint(),
  /** Of that: the last request or data in a websocket, and the last that the server itself reported; absent when not known. */
  lastRequest: z.bigint().optional(),
  lastReport: z.bigint().optional(),
  profile: z.string(),
  /** Only from ListServers: groups of the hub that its user is in. */
  groups: z.array(z.string()).readonly().optional(),
  url: z.string(),
  /** When it will be stopped by the culler; absent if it will not, or the culler has not said so yet. */
  endsAt: z.bigint().optional(),
  endsRule: z.enum(['idle', 'age']).optional(),
  endsWhy: z.string().optional(),
  /** Until when its user may put that off. */
  endsLatest: z.bigint().optional(),
  warned: z.boolean().optional(),
  /** Until when its user has put it off. */
  keptUntil: z.bigint().optional(),
  /** Only from GetServer: what the unit says. */
  active: z.string().optional(),
  sub: z.string().optional(),
  uid: z.number().optional(),
  reason: z.string().optional(),
  /** The same for administrators: how its unit ended, and where to look. */
  detail: z.string().optional(),
  memoryCurrent: z.bigint().optional(),
  memoryPeak: z.bigint().optional(),
  memoryMax: z.bigint().optional(),
  cpuNanoseconds: z.bigint().optional(),
  tasks: z.bigint().optional(),
  /** The last time that a program of it was killed because memory ran out, and the limit. */
  killedAt: z.bigint().optional(),
  killedFor: z.string().optional(),
});
export type ServerEntry = z.infer<typeof serverEntry>;

/** `at` is without what its user puts off, up to `latest`. It moves with every activity after `activity`, if that is not 0. */
export const serverEndEntry = z.object({
  user: z.string(),
  server: z.string(),
  /** 0: it will not be stopped. */
  at: z.bigint(),
  rule: z.enum(['idle', 'age']),
  why: z.string(),
  latest: z.bigint(),
  activity: z.bigint(),
  warned: z.boolean(),
});
export type ServerEndEntry = z.infer<typeof serverEndEntry>;

/** Of one server, or without `server` of all servers of the user together. What the host does not count is absent. */
export const usageEntry = z.object({
  user: z.string(),
  server: z.string().optional(),
  memoryCurrent: z.bigint().optional(),
  memoryPeak: z.bigint().optional(),
  memoryMax: z.bigint().optional(),
  cpuNanoseconds: z.bigint().optional(),
  tasks: z.bigint().optional(),
  ioReadBytes: z.bigint().optional(),
  ioWriteBytes: z.bigint().optional(),
});
export type UsageEntry = z.infer<typeof usageEntry>;

export const userEntry = z.object({
  name: z.string(),
  admin: z.boolean(),
  created: z.bigint(),
  lastActivity: z.bigint(),
  /** Whether they came as a guest, with a name made up. */
  guest: z.boolean(),
  activeServers: z.number(),
});
export type UserEntry = z.infer<typeof userEntry>;

export const hubStatus = z.object({
  version: z.string(),
  advertised: z.string(),
  started: z.bigint(),
  users: z.number(),
  activeServers: z.number(),
  pendingServers: z.number(),
  authenticator: z.string(),
});
export type HubStatus = z.infer<typeof hubStatus>;
