import type { Literal } from './python-literal.ts';

/** What becomes of a setting of JupyterHub: settings of ours by their path, or a word of advice. */
export type Mapped =
  | { readonly settings: ReadonlyArray<readonly [path: string, value: Literal]>; readonly advice?: string }
  | { readonly advice: string };

type Map = (value: Literal) => Mapped;

const to =
  (path: string, advice?: string): Map =>
  (value) =>
    value === null ? unset : { settings: [[path, value]], ...(advice !== undefined && { advice }) };
const says =
  (advice: string): Map =>
  () => ({ advice });
const unset: Mapped = { advice: 'None there: not set here' };
const same = says('the same here without being said');
const people =
  (path: string): Map =>
  (value) => ({ settings: [[path, listOf(value)]] });
const amount =
  (path: string): Map =>
  (value) =>
    value === null ? unset : { settings: [[path, typeof value === 'number' ? String(value) : value]] };

const spawner: Readonly<Record<string, Map>> = {
  args: to('spawner.args'),
  cmd: (value) => ({ settings: [['spawner.command', listOf(value)]] }),
  cpu_guarantee: to('spawner.cpu_guarantee'),
  cpu_limit: to('spawner.cpu_limit'),
  default_url: to('spawner.default_url'),
  environment: to('spawner.environment'),
  http_timeout: to('spawner.http_timeout'),
  mem_guarantee: amount('spawner.mem_guarantee'),
  mem_limit: amount('spawner.mem_limit'),
  notebook_dir: (value) => ({
    settings: [['spawner.user_workingdir', typeof value === 'string' ? value.replace(/^~\/?/, '') : '']],
    advice: 'it is the folder where the program begins; below the home if it is no absolute path',
  }),
  options_form: says('what people choose from are profiles: docs/how-to/profiles.md'),
  poll_interval: says('not needed: systemd tells when a server ends'),
  profile_list: says('what people choose from are profiles: docs/how-to/profiles.md'),
  start_timeout: to('spawner.start_timeout'),
};

const authenticator: Readonly<Record<string, Map>> = {
  admin_groups: people('login.admin_groups'),
  admin_users: people('login.admin_users'),
  allow_all: to('login.allow_all'),
  allow_existing_users: to('login.allow_existing_users'),
  auth_refresh_age: to('login.auth_refresh_age'),
  allowed_groups: people('login.allowed_groups'),
  allowed_users: (value) => ({
    settings: [
      ['login.allow_all', false],
      ['login.allowed_users', listOf(value)],
    ],
  }),
  any_allow_config: same,
  auto_login: to('login.auto_login'),
  blocked_users: people('login.blocked_users'),
  check_common_password: says('passwords are checked by PAM: libpam-pwquality'),
  create_system_users: to('spawner.create_accounts'),
  delete_invalid_users: says('who may not log in any more is refused; tshubctl user delete takes them away'),
  enable_auth_state: to('login.enable_auth_state', 'keys: docs/how-to/openid-connect.md'),
  manage_groups: to('login.manage_groups'),
  open_sessions: to('spawner.pam_session', 'the session is that of the server, not that of the login'),
  service: says('the PAM stack is /etc/pam.d/tshub'),
  username_map: to('login.username_map'),
  username_pattern: to('login.username_pattern'),
};

const systemd: Readonly<Record<string, Map>> = {
  ...spawner,
  default_shell: to('spawner.default_shell'),
  disable_user_sudo: to('spawner.disable_user_sudo'),
  dynamic_users: to('spawner.dynamic_users'),
  extra_paths: to('spawner.extra_paths'),
  isolate_devices: to('spawner.isolate_devices'),
  isolate_tmp: to('spawner.isolate_tmp'),
  readonly_paths: (value) => ({ settings: [['spawner.readonly_paths', listOf(value)]] }),
  readwrite_paths: (value) => ({ settings: [['spawner.readwrite_paths', listOf(value)]] }),
  slice: to('spawner.slice', 'its name must begin with "tshub-"'),
  unit_extra_properties: to('spawner.unit_extra_properties', 'names that tshub has a setting for are refused there'),
  unit_name_template: says('units are called tshub-server-NAME'),
  user_workingdir: to('spawner.user_workingdir'),
  username_template: to('spawner.username_template'),
};

const hub: Readonly<Record<string, Map>> = {
  active_server_limit: to('hub.active_server_limit'),
  admin_access: says(
    'administrators come into servers by the scope access:servers; roles: docs/how-to/who-may-do-what.md',
  ),
  admin_users: people('login.admin_users'),
  allow_named_servers: to('hub.allow_named_servers'),
  api_page_default_limit: to('hub.api_page_default_limit'),
  api_page_max_limit: to('hub.api_page_max_limit'),
  authenticate_prometheus: to('hub.authenticate_prometheus'),
  authenticator_class: (value) => authenticatorClass(nameIn(value)),
  base_url: says('the hub is at /hub/ of its own host; a path before that is not supported'),
  bind_url: says('the port is that of tshub-proxyd.socket: docs/how-to/other-port.md'),
  cleanup_servers: says('servers outlive the hub here'),
  cleanup_proxy: same,
  concurrent_spawn_limit: to('hub.concurrent_spawn_limit'),
  cookie_max_age_days: to('hub.cookie_max_age_days'),
  cookie_secret_file: says('everybody logs in once more: cookies of the old hub are not good here'),
  db_url: says('the hub has a database of its own; PostgreSQL: docs/how-to/postgresql.md'),
  hub_connect_ip: same,
  hub_ip: same,
  hub_port: same,
  ip: says('the port is that of tshub-proxyd.socket: docs/how-to/other-port.md'),
  last_activity_interval: to('hub.last_activity_interval'),
  load_groups: (value) => ({
    settings: entries(value).map(([name, group]) => {
      const users = Array.isArray(group) ? group : (entries(group).find(([key]) => key === 'users')?.[1] ?? []);
      return [`groups.${key(name)}.users`, users] as const;
    }),
  }),
  load_roles: (value) => ({ settings: (Array.isArray(value) ? value : []).flatMap(roleOf) }),
  named_server_limit_per_user: to('hub.named_server_limit_per_user'),
  port: says('the port is that of tshub-proxyd.socket: docs/how-to/other-port.md'),
  redirect_to_server: to('hub.redirect_to_server'),
  services: says(
    'a service is a section [services.NAME] with a unit of its own; idle-culler is [culler]: docs/how-to/services.md',
  ),
  shutdown_on_logout: to('hub.shutdown_on_logout'),
  spawner_class: (value) =>
    /systemd|local|simple|sudo/i.test(nameIn(value))
      ? { advice: 'servers are units of systemd here' }
      : { advice: `${nameIn(value)}: servers of tshub run on this host alone` },
  ssl_cert: says('[proxy_tls] certificates: docs/how-to/tls.md'),
  ssl_key: says('[proxy_tls] certificates: docs/how-to/tls.md'),
  subdomain_host: says('not supported; services and servers are told apart by their paths'),
  template_paths: says('pages are not replaced by files; name, logo, colours and texts are settings'),
  token_expires_in_max_seconds: to('hub.token_expires_in_max_seconds'),
  trust_user_provided_tokens: same,
};

const oauth: Readonly<Record<string, Map>> = {
  ...authenticator,
  allowed_organizations: people('login.allowed_groups'),
  client_id: to('oidc.client_id'),
  client_secret: says('the secret goes into /etc/tshub/secrets/oidc-client-secret: docs/how-to/openid-connect.md'),
  hosted_domain: (value) => ({ settings: [['oidc.allowed_domains', listOf(value)]] }),
  login_service: to('oidc.name'),
  oauth_callback_url: to('oidc.callback_url', 'it ends in /hub/oauth_callback, as before'),
  scope: to('oidc.scopes'),
  strip_domain: to('oidc.strip_domain'),
  username_claim: to('oidc.username_claim'),
};

/** By class, then trait. A class that is not here: the one that its name ends in. */
export const classes: Readonly<Record<string, Readonly<Record<string, Map>>>> = {
  Authenticator: authenticator,
  JupyterHub: hub,
  OAuthenticator: oauth,
  Spawner: spawner,
  SystemdSpawner: systemd,
};

/** The table for a class of the configuration, such as LocalAuthenticator or GitHubOAuthenticator. */
export function tableOf(name: string): Readonly<Record<string, Map>> | undefined {
  const known = Object.keys(classes).filter((one) => name.endsWith(one));
  const longest = known.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : classes[longest];
}

/** A class is called by its name; a dictionary has no text of its own. */
function nameIn(value: Literal): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function authenticatorClass(name: string): Mapped {
  if (/pam|local/i.test(name)) return { settings: [['login.authenticator', 'pam']] };
  const provider = /github/i.test(name) ? 'github' : /google/i.test(name) ? 'google' : 'generic';
  if (/oauth|oidc|generic|github|google|keycloak/i.test(name))
    return {
      settings: [
        ['login.authenticator', 'oidc'],
        ['oidc.provider', provider],
      ],
      advice: 'issuer and secret: docs/how-to/openid-connect.md',
    };
  if (/dummy|shared/i.test(name)) return { settings: [['login.authenticator', 'shared-password']] };
  if (/tmp|anonymous|null/i.test(name)) return { settings: [['login.authenticator', 'guest']] };
  if (/remote/i.test(name)) return { settings: [['login.authenticator', 'remote-user']] };
  return {
    advice: `${name}: set up a PAM module that asks the same, or an OpenID provider (TLJH's own passwords do not come along)`,
  };
}

function roleOf(role: Literal): Array<readonly [string, Literal]> {
  const fields = Object.fromEntries(entries(role));
  const name = fields['name'];
  if (typeof name !== 'string') return [];
  return ['description', 'scopes', 'users', 'groups', 'services'].flatMap((field) => {
    const value = fields[field];
    return value === undefined ? [] : [[`roles.${key(name)}.${field}`, value] as const];
  });
}

function entries(value: Literal): ReadonlyArray<readonly [string, Literal]> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
}

function listOf(value: Literal): Literal[] {
  if (Array.isArray(value)) return value;
  // A dictionary as a set, or one name.
  return value !== null && typeof value === 'object' ? Object.keys(value) : value === null ? [] : [value];
}

/** A key of TOML, quoted if need be. */
export function key(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}
