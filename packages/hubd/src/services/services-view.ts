import { type ScopeName, type ServiceModel, servicePrefix, type ServiceStatus } from '@tshub/contract';
import type { Access } from '../access/access.ts';
import { holds } from '../access/require.ts';
import type { ScopeSet } from '../caller/caller.ts';
import type { Service } from './service.ts';

/** Which keys of a service each scope shows (peer's contract 2.7). */
const keysOf: ReadonlyArray<readonly [ScopeName, ReadonlyArray<keyof ServiceModel>]> = [
  ['read:services', ['kind', 'name', 'admin', 'url', 'prefix', 'command', 'pid', 'state', 'info', 'display']],
  ['read:services:name', ['kind', 'name', 'admin']],
  ['read:roles:services', ['kind', 'name', 'roles', 'admin']],
];

/** Everything that the API can say of a service. */
export function serviceModelOf(
  service: Service,
  access: Pick<Access, 'rolesOf'>,
  status?: ServiceStatus,
): ServiceModel {
  const { name, url, info, display } = service;
  const roles = [...access.rolesOf({ kind: 'service', name })];
  return {
    kind: 'service',
    name,
    roles,
    admin: roles.includes('admin'),
    url,
    prefix: url === '' ? '' : servicePrefix(name),
    // Commands stand in root's settings; what runs them is a unit, never a child of the hub.
    command: [],
    pid: status?.pid ?? 0,
    ...(status !== undefined && { state: stateOf(status) }),
    info: { ...info },
    display,
  };
}

function stateOf({ unit, active, sub, reason, invocation }: ServiceStatus): NonNullable<ServiceModel['state']> {
  return { unit, active, sub, reason, invocation_id: invocation };
}

/** A service with the keys that these scopes cover; null when they cover nothing of it. */
export function filterService(model: ServiceModel, scopes: ScopeSet): ServiceModel | null {
  const resource = { kind: 'service', service: model.name } as const;
  const keys = new Set(keysOf.flatMap(([scope, shown]) => (holds(scopes, scope, resource) === 'yes' ? shown : [])));
  if (keys.size === 0) return null;
  return Object.fromEntries(
    Object.entries(model).filter(([key]) => keys.has(key as keyof ServiceModel)),
  ) as ServiceModel;
}
