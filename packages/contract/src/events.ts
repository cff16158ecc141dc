/**
 * Every event that the journal can be asked for (`journalctl TSHUB_EVENT=login-refused`).
 * `id` is its MESSAGE_ID: 32 hex digits, never reused; `says` is the catalog's subject and `help` its body (journalctl -x).
 */
export interface EventRow {
  readonly id: string;
  readonly says: string;
  readonly help: string;
}

export const events = {
  'account-made': {
    id: '0b1c166249ab4bfcaa28bdcedfe0f1a1',
    says: 'An account was made for a user of the hub',
    help: 'TSHUB_USER had no account of this host and has one now, without a password, because [spawner] create_accounts says so. Undo: deluser --remove-home and that name.',
  },
  'backup-made': {
    id: 'fa65e22af2d18c272666e4b817651d3e',
    says: 'A backup of the hub was made',
    help: 'TSHUB_FILE is where it is, TSHUB_BY who made it (tshubctl backup). It holds every key of the hub: keep it where only root can read.',
  },
  'config-kept': {
    id: '5b1f4f0e6c1d4a5d8f0b1a2c3d4e5f60',
    says: 'A reload kept the old settings',
    help: 'The settings file has an error; the daemon goes on with what it had. Run: tshubctl config check',
  },
  'config-reloaded': {
    id: '9a0d6a4b1f3c4c6f8a7e0b5d2c1f3e71',
    says: 'Settings were reloaded',
    help: 'What changed live is named in the message; the rest needs a restart.',
  },
  'group-changed': {
    id: 'de00bed202054a33807ac260175c4e01',
    says: 'A group was changed',
    help: 'TSHUB_GROUP is which, TSHUB_BY who did it, TSHUB_VIA with what (cookie, bus, or a token and its id); the message says what. Who is in a group may hold its roles.',
  },
  imported: {
    id: 'f3a7c1de25b84d0f9e6a4c8b7d213059',
    says: 'Users, roles and tokens of a JupyterHub came along',
    help: 'TSHUB_BY is who did it (tshubctl import-jupyterhub --apply). Tokens from there work here now; `tshubctl token list` shows them.',
  },
  'limits-changed': {
    id: '7c2a9e3b5d614f0e8a1c4b6d7e8f9012',
    says: 'Limits of a running server were changed',
    help: 'They hold until the server ends; its next start has those of [spawner] again. Who asked is in the entry of the hub before this one.',
  },
  login: {
    id: '1c8e2d7f4b5a4e0c9d3f6a7b8c9d0e12',
    says: 'A user logged in',
    help: 'TSHUB_USER is who, TSHUB_FROM from where, TSHUB_ADMIN whether as an administrator, TSHUB_AUTHENTICATOR who has checked it.',
  },
  'login-refused': {
    id: '2d9f3e8a5c6b4f1d8e4a7b8c9d0e1f23',
    says: 'A login was refused',
    help: 'TSHUB_REASON says why, TSHUB_FROM from where, TSHUB_AUTHENTICATOR who has checked it. Many of them from one address are someone guessing.',
  },
  logout: {
    id: '3eaf4f9b6d7c4a2e9f5b8c9d0e1f2a34',
    says: 'A user logged out',
    help: 'TSHUB_USER is who, TSHUB_FROM from where. The session of that browser and its tokens are of no use any more; the servers of the user go on.',
  },
  'request-failed': {
    id: '4fb05aac7e8d4b3fa06c9d0e1f2a3b45',
    says: 'A request failed inside tshub',
    help: 'TSHUB_ID is the number that the user was shown; TSHUB_STACK holds the details. Please report it.',
  },
  restored: {
    id: '3a394bc1761e850d85b8f115826d6c5c',
    says: 'The hub of a backup was put in place',
    help: 'TSHUB_FILE is the backup, TSHUB_BY who did it (tshubctl restore), TSHUB_FROM the host whose hub it is and TSHUB_MADE when it was made. Logins, tokens and permissions are as they were then. What was there before is beside it: tshubctl doctor',
  },
  'role-changed': {
    id: '7d919ff66e2d4d1ab70201f66fbc0f78',
    says: 'A role was changed, given or taken',
    help: 'TSHUB_ROLE is which, TSHUB_BY who did it, TSHUB_VIA with what (cookie, bus, or a token and its id); the message says what. It counts with the very next request.',
  },
  'route-added': {
    id: '50c16bbd8f9e4c40b17d0e1f2a3b4c56',
    says: 'The proxy has a new route',
    help: 'Requests below TSHUB_PREFIX go to TSHUB_TARGET, and only if a process of the uid TSHUB_UID answers there. All routes: tshubctl route list',
  },
  'route-refused': {
    id: '61d27cce90af4d51828e1f2a3b4c5d67',
    says: 'A server behind the proxy was not who the route promises',
    help: 'The process that answered on the socket had another uid than the route. The request was refused. Someone may have swapped a socket.',
  },
  'route-removed': {
    id: '72e38ddfa1b04e62939f2a3b4c5d6e78',
    says: 'A route of the proxy is gone',
    help: 'Requests below TSHUB_PREFIX go to the hub again; TSHUB_ENDED connections were ended with it. Usually the server has stopped; its own entries say why.',
  },
  'server-adopted': {
    id: '83f49eeab2c14f73a4a03b4c5d6e7f89',
    says: 'A running server was found and kept',
    help: 'The hub was restarted while the server ran.',
  },
  'server-culled': {
    id: '94a5affbc3d24a84b5b14c5d6e7f8a9a',
    says: 'An idle server was stopped',
    help: 'See [culler] in tshub.toml(5).',
  },
  'server-failed': {
    id: 'a5b6b00cd4e34b95a6c25d6e7f8a9bab',
    says: 'A server could not start',
    help: 'TSHUB_REASON says why. See the log of the unit named in TSHUB_UNIT.',
  },
  'server-kept': {
    id: 'c3d8a91f5e7b4a26b0f4d7e6a5c81b92',
    says: 'The end of an idle or old server was put off',
    help: 'Its user, or TSHUB_BY, wants it to go on until the time in the message; [culler] keep_for bounds that. See: tshubctl cull --dry-run --explain',
  },
  'server-oom': {
    id: '0b1c1661a23a4cf08d2bbdced1f1a201',
    says: 'A program of a server was killed because memory ran out',
    help: 'Most often it is a notebook kernel, and the server goes on without it; if it was the server itself, server-stopped comes next. TSHUB_REASON names the limit. Raise it with: tshubctl server set-limit, or [spawner] mem_limit in tshub.toml(5). What the kernel did: journalctl -k -g oom',
  },
  'server-ready': {
    id: 'b6c7c11de5f44ca697d36e7f8a9bacbc',
    says: 'A server is ready',
    help: 'The server of TSHUB_USER (TSHUB_SERVER is its name, empty for the default one) answers and is reached through the proxy; the message says how long the start took. It runs as TSHUB_UNIT.',
  },
  'server-start': {
    id: 'c7d8d22ef6054db788e47f8a9bacbdcd',
    says: 'A server is being started',
    help: 'The server of TSHUB_USER will run as TSHUB_UNIT. Next comes server-ready or server-failed; if neither does, look with: journalctl -u and that unit.',
  },
  'server-stopped': {
    id: 'd8e9e33f07164ec899f58a9bacbdcede',
    says: 'A server has stopped',
    help: 'TSHUB_REASON says why: its user, an administrator, or how its process ended. If somebody stopped it, TSHUB_BY is who, TSHUB_FROM from where and TSHUB_VIA with what; otherwise it is a warning: it ended or crashed by itself. What it wrote is in the log of the unit named in TSHUB_UNIT.',
  },
  'server-warned': {
    id: 'e41f7c06d2b94e6f9a583b1c70d6e2f4',
    says: 'A server will be stopped soon unless it is used',
    help: 'Its user sees that on the home page, with a button to keep it. TSHUB_REASON says which limit of [culler] in tshub.toml(5) is near.',
  },
  'service-made': {
    id: '0b1c166230da4bfaaa28bdced0f1a1b2',
    says: 'A service was made',
    help: 'TSHUB_SERVICE is its name, TSHUB_BY who asked for it. Services made so stay until they are removed: DELETE /hub/api/services/NAME.',
  },
  'service-removed': {
    id: '1c2d277341eb4c0bbb39cedfe1a2b3c4',
    says: 'A service was removed',
    help: 'TSHUB_SERVICE was its name. Its tokens, and those of people who logged in there, are of no use any more.',
  },
  'service-started': {
    id: '268da60b485e4170a5e538da523bc9fd',
    says: 'The command of a service was started',
    help: 'TSHUB_SERVICE is its name, TSHUB_UNIT the unit that runs it: systemctl status and journalctl -u tell more. It is as the settings of root say; the hub asked for it.',
  },
  'service-stopped': {
    id: '515fc86cb5754f8bb19bf539e3ed2bdb',
    says: 'A service was stopped that the settings do not want any more',
    help: 'TSHUB_SERVICE was its name. The settings of root have no command for it now.',
  },
  'share-changed': {
    id: '3eb972c55493493aae74e1b8ab85539e',
    says: 'With whom a server is shared was changed',
    help: 'TSHUB_USER is whose server, TSHUB_SERVER its name (empty for the default one), TSHUB_BY who did it, TSHUB_SHARED_WITH with whom (user NAME or group NAME) if it is about one; the message says what. Whoever a server is shared with works in it as its owner.',
  },
  shutdown: {
    id: '2d3e388452fc4d1ccc4adfe0f2b3c4d5',
    says: 'The hub was told to end',
    help: 'TSHUB_BY is who asked, TSHUB_FROM from where and TSHUB_VIA with what. User servers run on unless the message says otherwise. Start it again with: systemctl start tshub',
  },
  'spawn-refused': {
    id: 'e9faf44018274fd98a069bacbdcedfef',
    says: 'spawnerd refused a request of the hub',
    help: 'The hub asked for something that root-owned policy does not allow. If nobody changed the policy, the hub may have been taken over.',
  },
  token: {
    id: 'fa0b055129384ae99b17acbdcedfe0f0',
    says: 'A token was issued',
    help: 'TSHUB_USER is its owner, TSHUB_SCOPES what it may do, TSHUB_BY who made it and TSHUB_FROM from where.',
  },
  'token-revoked': {
    id: 'a329191313a9458fac16101c73bd3289',
    says: 'A token was revoked',
    help: 'TSHUB_USER was its owner, TSHUB_TOKEN_ID its id, TSHUB_BY who did it.',
  },
  'user-changed': {
    id: '09c88c80f123404eab0414b2bd4849ee',
    says: 'A user was made, changed or deleted',
    help: 'TSHUB_USER is who, TSHUB_BY who did it, TSHUB_VIA with what (cookie, bus, or a token and its id); the message says what.',
  },
  'user-culled': {
    id: '2b6e91d4c07f4f5d8e13a9b7f04c68da',
    says: 'An idle user was deleted from the hub',
    help: 'TSHUB_REASON says why; [culler] cull_users and cull_guests in tshub.toml(5) switch that off. An account of the host and its home are as they were.',
  },
} as const satisfies Record<string, EventRow>;

export type EventName = keyof typeof events;
