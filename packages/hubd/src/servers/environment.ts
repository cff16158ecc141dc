import { escapeName, type spawnEnvironment, serverClientId, serverFullName, serverPrefix } from '@tshub/contract';

export type SpawnEnvironment = Readonly<Record<(typeof spawnEnvironment)[number], string>>;

export interface EnvironmentInput {
  readonly user: string;
  readonly server: string;
  /** The server's own API token, which is its OAuth secret as well. */
  readonly token: string;
  /** Where servers reach the API, without a slash at the end. */
  readonly apiUrl: string;
  /** What browsers see, '' when unknown; with or without a slash at the end. */
  readonly publicUrl: string;
  readonly cookieSameSite: 'lax' | 'strict';
}

/** Raw scopes of which any one lets a browser's user in (peer's contract 6.1). */
export function accessScopes(user: string, server: string): readonly string[] {
  return [`access:servers!server=${serverFullName(user, server)}`, `access:servers!user=${user}`];
}

/** What the hub gives to a user server (peer's contract 6.1); spawnerd checks it and adds what is its own. */
export function serverEnvironment({
  user,
  server,
  token,
  apiUrl,
  publicUrl,
  cookieSameSite,
}: EnvironmentInput): SpawnEnvironment {
  const prefix = serverPrefix(user, server);
  const access = JSON.stringify(accessScopes(user, server));
  const origin = publicUrl.replace(/\/$/, '');
  return {
    JPY_API_TOKEN: token,
    JUPYTERHUB_ACTIVITY_URL: `${apiUrl}/users/${escapeName(user)}/activity`,
    JUPYTERHUB_API_TOKEN: token,
    JUPYTERHUB_API_URL: apiUrl,
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: serverClientId(user, server),
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: '0',
    JUPYTERHUB_COOKIE_OPTIONS: cookieSameSite === 'strict' ? '{"SameSite":"Strict"}' : '',
    JUPYTERHUB_HOST: '',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: access,
    JUPYTERHUB_OAUTH_CALLBACK_URL: callbackPath(user, server),
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
    JUPYTERHUB_OAUTH_SCOPES: access,
    JUPYTERHUB_PUBLIC_HUB_URL: origin === '' ? '' : `${origin}/hub/`,
    JUPYTERHUB_PUBLIC_URL: origin === '' ? '' : `${origin}${prefix}`,
    JUPYTERHUB_SERVER_NAME: server,
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_USER: user,
  };
}

/** The redirect URI of a server's OAuth client: a path, compared as it is. */
export function callbackPath(user: string, server: string): string {
  return `${serverPrefix(user, server)}oauth_callback`;
}
