import type { Settings } from '@tshub/config';
import { escapeName, hubApi, serverClientId, serverPrefix, serverSocket, type spawnEnvironment } from '@tshub/contract';
import { sizes } from '../limits.ts';
import { quote, refused, type ServerName } from '../request.ts';

export type Variables = Readonly<Record<string, string>>;
type Variable = (typeof spawnEnvironment)[number];

/** What a value must be: exactly this text, or something of this form. */
type Rule = { readonly is: readonly string[] } | { readonly fits: (value: string) => boolean; readonly form: string };

/** Without these a server of JupyterHub does not come up. */
const required: readonly Variable[] = [
  'JUPYTERHUB_API_TOKEN',
  'JUPYTERHUB_API_URL',
  'JUPYTERHUB_BASE_URL',
  'JUPYTERHUB_CLIENT_ID',
  'JUPYTERHUB_OAUTH_CALLBACK_URL',
  'JUPYTERHUB_SERVER_NAME',
  'JUPYTERHUB_SERVICE_PREFIX',
  'JUPYTERHUB_USER',
];

const token = like(/^[A-Za-z0-9._~-]{16,512}$/, 'a token');
const publicUrl = like(/^$|^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~%@/-]*)?$/, 'empty or a URL');
const scopeList: Rule = { fits: isListOfStrings, form: 'a JSON list of scopes' };
const apiUrl = `http://${hubApi.host}:${hubApi.port}/hub/api`;

function rules({ user, server }: ServerName): Readonly<Record<Variable, Rule>> {
  const prefix = serverPrefix(user, server);
  return {
    JPY_API_TOKEN: token,
    JUPYTERHUB_ACTIVITY_URL: { is: ['', `${apiUrl}/users/${escapeName(user)}/activity`] },
    JUPYTERHUB_API_TOKEN: token,
    JUPYTERHUB_API_URL: { is: [apiUrl] },
    JUPYTERHUB_BASE_URL: { is: ['/'] },
    JUPYTERHUB_CLIENT_ID: { is: [serverClientId(user, server)] },
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: like(/^[01]$/, '0 or 1'),
    JUPYTERHUB_COOKIE_OPTIONS: { is: ['', '{"SameSite":"Strict"}'] },
    JUPYTERHUB_HOST: publicUrl,
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: scopeList,
    JUPYTERHUB_OAUTH_CALLBACK_URL: { is: [`${prefix}oauth_callback`] },
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: scopeList,
    JUPYTERHUB_OAUTH_SCOPES: scopeList,
    JUPYTERHUB_PUBLIC_HUB_URL: publicUrl,
    JUPYTERHUB_PUBLIC_URL: publicUrl,
    JUPYTERHUB_SERVER_NAME: { is: [server] },
    JUPYTERHUB_SERVICE_PREFIX: { is: [prefix] },
    JUPYTERHUB_USER: { is: [user] },
  };
}

/** Checks what the hub gave for a server against the closed list; throws spawn_refused. Values are never repeated in the refusal: they may be secrets. */
export function checkEnvironment(given: Variables, name: ServerName): Variables {
  const entries = Object.entries(given);
  if (entries.length > sizes.variables) throw refused(`more than ${sizes.variables} variables in one request`);
  const table = new Map<string, Rule>(Object.entries(rules(name)));
  let total = 0;
  for (const [variable, value] of entries) {
    const rule = table.get(variable);
    if (!rule) throw refused(`the variable ${quote(variable)} is not one that the hub may set`);
    const bytes = Buffer.byteLength(value);
    total += bytes;
    if (bytes > sizes.valueBytes || total > sizes.environmentBytes)
      throw refused(`the value of ${variable} is too large`);
    if (/\p{Cc}|\p{Cs}/u.test(value)) throw refused(`the value of ${variable} has control characters`);
    if ('is' in rule && !rule.is.includes(value)) throw refused(`${variable} does not belong to this server`);
    if ('fits' in rule && !rule.fits(value)) throw refused(`${variable} is not ${rule.form}`);
  }
  const missing = required.find((variable) => given[variable] === undefined);
  if (missing) throw refused(`${missing} is missing`);
  return given;
}

function like(pattern: RegExp, form: string): Rule {
  return { fits: (value) => pattern.test(value), form };
}

function isListOfStrings(text: string): boolean {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

/** Who a server runs as, as far as its environment is concerned. */
export interface Person {
  /** Name of the account or of the dynamic user. */
  readonly login: string;
  readonly home: string;
  readonly shell: string;
}

export type EnvironmentSettings = Pick<
  Settings['spawner'],
  'cpu_guarantee' | 'cpu_limit' | 'default_url' | 'environment' | 'extra_paths' | 'mem_guarantee' | 'mem_limit'
>;

/** Variables that decide which code a program loads: not for what root runs around the server, so not in the file that all of the unit reads. */
const ofLoader = /^(LD_.*|GCONV_PATH|GETCONF_DIR|GLIBC_TUNABLES|LOCPATH|NLSPATH)$/;

export function loaderVariables(environment: Variables): Variables {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => ofLoader.test(name)));
}

export const usualPaths: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** The whole environment of a server: what the hub gave, what spawnerd knows, and last, because root wrote it, [spawner] environment. */
export function serverEnvironment(
  given: Variables,
  name: ServerName,
  person: Person,
  settings: EnvironmentSettings,
  port: number | null = null,
): Variables {
  // Percent-encoded path as the host: the form of a UNIX socket that jupyterhub-singleuser understands (contract of the peer, 6.6).
  const origin =
    port === null
      ? `http+unix://${encodeURIComponent(serverSocket(name.user, name.server))}`
      : `http://127.0.0.1:${port}`;
  const own = Object.entries(settings.environment).filter(([variable]) => !ofLoader.test(variable));
  return {
    ...given,
    JUPYTERHUB_SERVICE_URL: `${origin}${serverPrefix(name.user, name.server)}`,
    PATH: [...settings.extra_paths, ...usualPaths].join(':'),
    HOME: person.home,
    USER: person.login,
    LOGNAME: person.login,
    SHELL: person.shell,
    ...(settings.default_url === '' ? {} : { JUPYTERHUB_DEFAULT_URL: settings.default_url }),
    ...(settings.mem_limit === 0 ? {} : { MEM_LIMIT: String(settings.mem_limit) }),
    ...(settings.mem_guarantee === 0 ? {} : { MEM_GUARANTEE: String(settings.mem_guarantee) }),
    ...(settings.cpu_limit === 0 ? {} : { CPU_LIMIT: String(settings.cpu_limit) }),
    ...(settings.cpu_guarantee === 0 ? {} : { CPU_GUARANTEE: String(settings.cpu_guarantee) }),
    ...Object.fromEntries(own),
  };
}
