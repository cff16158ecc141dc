import { createHash } from 'node:crypto';
import { extraProperty, type Settings } from '@tshub/config';
import { hubApi, paths, servicePrefix, serviceTarget, serviceTokenFile, TshubError } from '@tshub/contract';
import { letProxyIn } from '../launch/unit-commands.ts';
import type { UnitProperty } from '../launch/unit-properties.ts';

export type ServiceSettings = Settings['services'][string];

/** The token is in no property, which everybody could read: the shell reads it from the unit's own credential, and becomes the program. */
const withToken = `JUPYTERHUB_API_TOKEN=$(cat "$CREDENTIALS_DIRECTORY/token") && export JUPYTERHUB_API_TOKEN && exec "$@"`;

/** Everything that PID 1 is told about a service: all of it from root's settings. */
export function serviceProperties(
  name: string,
  service: ServiceSettings,
  hub: Pick<Settings['hub'], 'cookie_host_prefix' | 'public_url'>,
): UnitProperty[] {
  const { user, dynamic_user: isDynamic, command, working_directory: folder } = service;
  const program = ['/bin/sh', '-c', withToken, 'sh', ...command];
  const fields = [`TSHUB_SERVICE=${name}`, `TSHUB_DEFINITION=${definitionOf(service, hub)}`];
  const own: UnitProperty[] = [
    ['Description', 's', `Service ${name} of the notebook hub`],
    ['Slice', 's', 'tshub-services.slice'],
    ['After', 'as', ['network.target', 'nss-user-lookup.target']],
    ['Type', 's', 'exec'],
    ['User', 's', user],
    ...(isDynamic
      ? ([
          ['DynamicUser', 'b', true],
          ['StateDirectory', 'as', [`tshub-services/${name}`]],
          ['StateDirectoryMode', 'u', 0o700],
        ] as const)
      : []),
    ['WorkingDirectory', 's', folder ?? '/'],
    ['Environment', 'as', Object.entries(variables(name, service, hub)).map(([key, value]) => `${key}=${value}`)],
    ['LoadCredential', 'a(ss)', [['token', serviceTokenFile(name)]]],
    ...socket(name, service),
    ['ExecStartEx', 'a(sasas)', [['/bin/sh', program, ['no-env-expand']]]],
    // Forever, with a pause: who looks after it should find it trying, not given up.
    ['Restart', 's', 'on-failure'],
    ['RestartUSec', 't', 5_000_000n],
    ['StartLimitIntervalUSec', 't', 0n],
    ['CollectMode', 's', 'inactive'],
    ['PrivateTmp', 'b', true],
    ['NoNewPrivileges', 'b', true],
    ['ProtectSystem', 's', 'full'],
    ['UMask', 'u', 0o077],
    ['SyslogIdentifier', 's', `tshub-service-${name}`],
    ['LogExtraFields', 'aay', fields.map((field) => Buffer.from(field, 'utf8'))],
    ...limits(service),
  ];
  const extra = extras(name, service);
  const replaced = new Set(extra.filter(([, signature]) => !signature.startsWith('a')).map(([property]) => property));
  return [...own.filter(([property]) => !replaced.has(property)), ...extra];
}

/** Tells whether a unit that runs is what the settings say now. */
export function definitionOf(service: ServiceSettings, hub: object): string {
  return createHash('sha256')
    .update(JSON.stringify([service, hub]))
    .digest('hex')
    .slice(0, 16);
}

/** What services of JupyterHub read (the peer's contract, 6.1). */
function variables(
  name: string,
  {
    url,
    environment,
    oauth_client_id: id,
    oauth_redirect_uri: redirect,
    oauth_client_allowed_scopes: allowed,
  }: ServiceSettings,
  hub: Pick<Settings['hub'], 'cookie_host_prefix' | 'public_url'>,
): Readonly<Record<string, string>> {
  const access = JSON.stringify(['access:services', `access:services!service=${name}`]);
  const prefix = servicePrefix(name);
  const origin = hub.public_url.replace(/\/$/, '');
  return {
    JUPYTERHUB_SERVICE_NAME: name,
    JUPYTERHUB_CLIENT_ID: id === '' ? `service-${name}` : id,
    JUPYTERHUB_API_URL: `http://${hubApi.host}:${hubApi.port}/hub/api`,
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_HOST: '',
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: hub.cookie_host_prefix ? '1' : '0',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: access,
    JUPYTERHUB_OAUTH_SCOPES: access,
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: JSON.stringify(allowed),
    ...(url === ''
      ? {}
      : {
          JUPYTERHUB_SERVICE_PREFIX: prefix,
          JUPYTERHUB_SERVICE_URL: url,
          JUPYTERHUB_OAUTH_CALLBACK_URL: redirect === '' ? `${prefix}oauth_callback` : redirect,
        }),
    ...(origin === ''
      ? {}
      : { JUPYTERHUB_PUBLIC_HUB_URL: `${origin}/hub/`, JUPYTERHUB_PUBLIC_URL: `${origin}${prefix}` }),
    ...environment,
  };
}

/** A folder for its socket, when it has one in the place that is its own; the proxy alone may pass it. */
function socket(name: string, { url }: ServiceSettings): UnitProperty[] {
  const folder = `${paths.serviceSockets}/${name}`;
  if (serviceTarget(url)?.startsWith(`unix:${folder}/`) !== true) return [];
  return [
    ['RuntimeDirectory', 'as', [folder.replace(/^\/run\//, '')]],
    ['RuntimeDirectoryMode', 'u', 0o710],
    ['ExecStartPreEx', 'a(sasas)', [letProxyIn(folder)]],
  ];
}

function limits({ mem_limit, cpu_limit, tasks_max }: ServiceSettings): UnitProperty[] {
  return [
    ['MemoryAccounting', 'b', true],
    ['CPUAccounting', 'b', true],
    ['TasksAccounting', 'b', true],
    ...(mem_limit === 0 ? [] : [['MemoryMax', 't', BigInt(mem_limit)] as const]),
    ...(cpu_limit === 0
      ? []
      : [['CPUQuotaPerSecUSec', 't', BigInt(Math.max(10_000, Math.round(cpu_limit * 1e6)))] as const]),
    ...(tasks_max === 0 ? [] : [['TasksMax', 't', BigInt(tasks_max)] as const]),
  ];
}

function extras(name: string, service: ServiceSettings): UnitProperty[] {
  return Object.entries(service.unit_extra_properties).map(([key, raw]) => {
    const property = extraProperty(key, raw);
    if (typeof property === 'string')
      throw new TshubError('spawn_failed', { problem: `services.${name}.unit_extra_properties: ${key}: ${property}` });
    return [property.bus, property.signature, property.value];
  });
}
