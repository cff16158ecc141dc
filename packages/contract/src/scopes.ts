/** The table of scopes (peer's contract 3.1, union of 5.5 and 6.0). `sub` are direct sub-scopes; expansion is recursive. */
export interface ScopeRow {
  readonly says: string;
  readonly sub: readonly string[];
}

const rows = {
  '(no_scope)': { says: 'Identify the owner of the token', sub: [] },
  'access:servers': { says: 'Use user servers', sub: [] },
  'access:services': { says: 'Use services', sub: [] },
  'admin-ui': { says: 'Open the admin page', sub: [] },
  'admin:auth_state': { says: 'Read the authentication state of users', sub: [] },
  'admin:groups': { says: 'Create and delete groups', sub: ['groups', 'read:roles:groups', 'delete:groups'] },
  // tshub's own: the peer cannot change roles at runtime.
  'admin:roles': { says: 'Make and give away roles, of what its holder may do itself', sub: ['read:roles'] },
  'admin:server_state': { says: 'Read the internal state of servers', sub: [] },
  'admin:servers': { says: 'Manage servers and read their internal state', sub: ['admin:server_state', 'servers'] },
  'admin:services': { says: 'Manage services', sub: ['list:services', 'read:services', 'read:roles:services'] },
  'admin:users': {
    says: 'Create, change and delete users',
    sub: ['admin:auth_state', 'users', 'read:roles:users', 'delete:users'],
  },
  'delete:groups': { says: 'Delete groups', sub: [] },
  'delete:servers': { says: 'Stop and remove servers', sub: [] },
  'delete:users': { says: 'Delete users', sub: [] },
  groups: { says: 'Manage members and properties of groups', sub: ['read:groups', 'list:groups'] },
  'groups:shares': { says: 'Read and leave what is shared with groups', sub: ['read:groups:shares'] },
  inherit: { says: 'Everything that the owner may do', sub: [] },
  'list:groups': { says: 'List groups, at least their names', sub: ['read:groups:name'] },
  'list:services': { says: 'List services, at least their names', sub: ['read:services:name'] },
  'list:users': { says: 'List users, at least their names', sub: ['read:users:name'] },
  proxy: { says: 'Read and refresh the routes of the proxy', sub: [] },
  'read:groups': { says: 'Read groups', sub: ['read:groups:name'] },
  'read:groups:name': { says: 'Read names of groups', sub: [] },
  'read:groups:shares': { says: 'Read what is shared with groups', sub: [] },
  'read:hub': { says: 'Read facts about the hub', sub: [] },
  'read:metrics': { says: 'Read metrics', sub: [] },
  'read:roles': {
    says: 'Read role assignments',
    sub: ['read:roles:users', 'read:roles:services', 'read:roles:groups'],
  },
  'read:roles:groups': { says: 'Read roles of groups', sub: [] },
  'read:roles:services': { says: 'Read roles of services', sub: [] },
  'read:roles:users': { says: 'Read roles of users', sub: [] },
  'read:servers': { says: 'Read servers', sub: ['read:users:name'] },
  'read:services': { says: 'Read services', sub: ['read:services:name'] },
  'read:services:name': { says: 'Read names of services', sub: [] },
  'read:shares': { says: 'Read with whom servers are shared', sub: [] },
  'read:tokens': { says: 'Read tokens', sub: [] },
  'read:users': { says: 'Read users', sub: ['read:users:name', 'read:users:groups', 'read:users:activity'] },
  'read:users:activity': { says: 'Read when users were last active', sub: [] },
  'read:users:groups': { says: 'Read in which groups users are', sub: [] },
  'read:users:name': { says: 'Read names of users', sub: [] },
  'read:users:shares': { says: 'Read what is shared with users', sub: [] },
  self: { says: "Everything about one's own account and servers", sub: [] },
  servers: { says: 'Start and stop servers', sub: ['read:servers', 'start:servers', 'delete:servers'] },
  shares: {
    says: 'Manage with whom servers are shared',
    sub: ['access:servers', 'read:shares', 'users:shares', 'groups:shares'],
  },
  shutdown: { says: 'Shut the hub down', sub: [] },
  'start:servers': { says: 'Start and change servers', sub: [] },
  tokens: { says: 'Make and revoke tokens', sub: ['read:tokens'] },
  users: { says: 'Read and change users', sub: ['read:users', 'list:users', 'users:activity'] },
  'users:activity': { says: 'Report activity', sub: ['read:users:activity'] },
  'users:shares': { says: 'Read and leave what is shared with users', sub: ['read:users:shares'] },
} as const satisfies Record<string, ScopeRow>;

export type ScopeName = keyof typeof rows;
export const scopes: Readonly<Record<ScopeName, ScopeRow>> = rows;

/** What `self` stands for, each with `!user=<owner>` (peer's contract 3.3). */
export const selfScopes = [
  'read:users',
  'users:shares',
  'read:shares',
  'users:activity',
  'servers',
  'tokens',
  'access:servers',
] as const satisfies readonly ScopeName[];

/** The scopes of the built-in roles (peer's contract 3.8) and of tshub's own services. */
export const defaultRoles = {
  admin: [
    'admin-ui',
    'admin:users',
    'admin:servers',
    'admin:services',
    'tokens',
    'admin:groups',
    'admin:roles',
    'list:services',
    'read:services',
    'read:hub',
    'proxy',
    'shutdown',
    'access:services',
    'access:servers',
    'read:roles',
    'read:metrics',
    'shares',
  ],
  culler: ['list:users', 'read:users:activity', 'read:servers', 'delete:servers', 'read:hub'],
  server: ['users:activity!user', 'access:servers!server'],
  token: ['inherit'],
  user: ['self'],
} as const satisfies Record<string, readonly string[]>;
