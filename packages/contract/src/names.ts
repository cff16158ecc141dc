/** Well-known names of tshub on a host: accounts, bus names, sockets, folders. Units, tmpfiles and packaging are tested against this file. */

/** The accounts that the daemons run as; made by sysusers.d. */
export const accounts = {
  hub: 'tshub',
  proxy: 'tshub-proxy',
  culler: 'tshub-culler',
  adminGroup: 'tshub-admin',
} as const;

export const units = {
  hub: 'tshub.service',
  hubSocket: 'tshub-hub.socket',
  proxy: 'tshub-proxyd.service',
  proxySocket: 'tshub-proxyd.socket',
  culler: 'tshub-cullerd.service',
  spawner: 'tshub-spawnerd.service',
  authSocket: 'tshub-authd.socket',
  acme: 'tshub-acme.service',
  acmeTimer: 'tshub-acme.timer',
  usersSlice: 'tshub-users.slice',
} as const;

export const paths = {
  /** The administrator's settings, and drop-ins read after it in name order. */
  config: '/etc/tshub/tshub.toml',
  configDropins: '/etc/tshub/tshub.toml.d',
  /** Root's folder of secrets for the hub (root:tshub 0750), a file each; systemd credentials of the same names win. */
  secrets: '/etc/tshub/secrets',
  /** hubd's StateDirectory: database, cookie key, backups. */
  hubState: '/var/lib/tshub',
  database: '/var/lib/tshub/tshub.sqlite',
  cookieKey: '/var/lib/tshub/cookie-key',
  /** proxyd reaches hubd here. */
  hubSocket: '/run/tshub/hub.sock',
  /** One connection is one login; root:tshub 0660. */
  authSocket: '/run/tshub-authd/authd.sock',
  /** Ways out of the hub, which has no network: a socket `host:port` for each unit tshub-outside@ that root has enabled. */
  outside: '/run/tshub-outside',
  /** proxyd's RuntimeDirectory, kept over its restarts. */
  proxyState: '/run/tshub-proxy',
  /** proxyd's StateDirectory: keys of its own making. */
  proxyKeys: '/var/lib/tshub-proxy',
  /** Its REST API for routes: root's, because nobody else gets into the folder. */
  proxyApiSocket: '/run/tshub-proxy/api.sock',
  /** Parent of every user server's RuntimeDirectory (`<parent>/<id>/sock`). */
  serverSockets: '/run/tshub-servers',
  /** Below it are the sockets of services, `<name>/…`; nothing else of theirs may be published. */
  serviceSockets: '/run/tshub-services',
  /** Tokens of services, one a file by the service's name, for root alone: systemd hands them to the hub. */
  serviceTokens: '/etc/tshub/services',
  /** spawnerd's RuntimeDirectory (root, 0700): environment files that PID 1 reads at a start. */
  spawnerState: '/run/tshub-spawnerd',
  /** Parent of the state directories of dynamic users, below /var/lib. */
  dynamicState: 'tshub-dynamic',
  /** Parent of the homes of guests, below /var/lib. */
  guestHomes: 'tshub-guests',
  /** Records of accounts that the host's name service reads (nss-systemd(8)). */
  userRecords: '/run/userdb',
  library: '/usr/lib/tshub',
} as const;

/** What tshub-acme and proxyd share, below proxyKeys: a certificate with its key in one file, and answers to the authority's challenges. */
export const acmeFiles = (folder: string) =>
  ({
    account: `${folder}/acme/account.pem`,
    certificate: `${folder}/acme/certificate.pem`,
    challenges: `${folder}/acme/challenges`,
  }) as const;

/** The hub's API for user servers: 5.x clients speak TCP only (contract of the peer, 6.6). */
export const hubApi = { host: '127.0.0.1', port: 8081 } as const;

/** Uids of guests: a range that systemd gives to nobody (its UIDS-GIDS). */
export const guestUids = { min: 60_600, max: 61_183 } as const;

/** PAM service names: the login in authd, and the session of user units (without pam_systemd). */
export const pamServices = { login: 'tshub', server: 'tshub-server' } as const;

export const errorPrefix = 'org.tshub.Error.';

/** Every polkit action, in the order of polkit/org.tshub.policy; `defaults` are (any, inactive, active). */
export const polkitActions = {
  'org.tshub.culler.manage': { owner: 'culler', defaults: 'auth_admin_keep', says: 'Cull idle notebook servers now' },
  'org.tshub.hub.manage-own-server': { owner: 'hub', defaults: 'yes', says: 'Start and stop your own notebook server' },
  // Asked for each time, also of members of tshub-admin (polkit/rules.d): a terminal that was left open must not make administrators.
  'org.tshub.hub.manage-roles': {
    owner: 'hub',
    defaults: 'auth_admin',
    says: 'Decide who may do what in the notebook hub, and make tokens of other people',
  },
  'org.tshub.hub.manage-servers': {
    owner: 'hub',
    defaults: 'auth_admin_keep',
    says: 'Start and stop notebook servers of other people',
  },
  'org.tshub.hub.manage-users': {
    owner: 'hub',
    defaults: 'auth_admin_keep',
    says: 'Manage the users of the notebook hub',
  },
  'org.tshub.hub.read': {
    owner: 'hub',
    defaults: 'auth_admin_keep',
    says: 'See all users and servers of the notebook hub',
  },
  'org.tshub.hub.shutdown': { owner: 'hub', defaults: 'auth_admin_keep', says: 'Shut the notebook hub down' },
  'org.tshub.proxy.manage-routes': {
    owner: 'proxy',
    defaults: 'auth_admin_keep',
    says: 'See and change the routes of the notebook proxy',
  },
} as const;

export type PolkitAction = keyof typeof polkitActions;
