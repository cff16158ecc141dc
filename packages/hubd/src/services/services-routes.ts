import {
  TshubError,
  type ServiceBody,
  type ServiceModel,
  type serviceRoutes,
  type ServiceStatus,
} from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Handlers } from '@tshub/http';
import type { Access } from '../access/access.ts';
import { listable } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { ManagedServices } from './managed.ts';
import type { NewService, Service, Services } from './service.ts';
import { filterService, serviceModelOf } from './services-view.ts';

export interface ServicesRoutesParts {
  readonly access: Access;
  readonly services: Services;
  readonly managed: Pick<ManagedServices, 'states'>;
  readonly log: Pick<Log, 'warn'>;
}

/** Handlers about services (peer's contract 2.7). */
export function servicesHandlers(parts: ServicesRoutesParts): Handlers<typeof serviceRoutes, Caller> {
  const { access, services, managed, log } = parts;
  const shown = (service: Service, caller: Caller, status?: ServiceStatus): ServiceModel | null =>
    filterService(serviceModelOf(service, access, status), caller.scopes);
  // A spawnerd that is away hides what runs, not what there is.
  const states = (): Promise<ReadonlyMap<string, ServiceStatus>> =>
    managed.states().catch((error: unknown) => {
      log.warn({ error }, 'what services do could not be asked; it is left out');
      return new Map();
    });
  return {
    async 'services.create'({ caller, params, body }) {
      const { api_token: token = '' } = body ?? {};
      const service = await services.create(caller, newService(params.service, body ?? {}, caller), token);
      return { status: 201, json: shown(service, caller) };
    },
    async 'services.delete'({ caller, params }) {
      await services.remove(caller, params.service);
      return { status: 200 };
    },
    async 'services.get'({ caller, params }) {
      const service = services.get(params.service);
      if (service === undefined) throw new TshubError('not_found', { what: `Service ${params.service.slice(0, 60)}` });
      return { status: 200, json: shown(service, caller, (await states()).get(service.name)) };
    },
    async 'services.list'({ caller }) {
      const only = listable(caller, 'list:services', ['service']);
      const visible = services.list().filter(({ name }) => only === 'all' || only.service.includes(name));
      const running = await states();
      const models = visible.flatMap((service) => shown(service, caller, running.get(service.name)) ?? []);
      return { status: 200, json: Object.fromEntries(models.map((model) => [model.name, model])) };
    },
  };
}

function newService(name: string, body: ServiceBody, caller: Caller): NewService {
  if (body.name !== undefined && body.name !== name)
    throw new TshubError('bad_request', { problem: `name: expected "${name}" as in the path, found "${body.name}"` });
  if (body.command !== undefined && body.command.length > 0)
    throw new TshubError('bad_request', {
      problem:
        'Managed service cannot be created at runtime: give it a command in tshub.toml, or let systemd run it, as a unit of its own',
    });
  // Whoever makes a service for themselves runs it themselves.
  const own = body.url !== undefined && caller.owner.kind === 'user' ? caller.owner.name : undefined;
  const given: { -readonly [Key in keyof NewService]: NewService[Key] | undefined } = {
    name,
    admin: body.admin,
    url: body.url,
    user: body.user ?? own,
    clientId: body.oauth_client_id,
    redirectUri: body.oauth_redirect_uri,
    noConfirm: body.oauth_no_confirm,
    allowedScopes: body.oauth_client_allowed_scopes,
    display: body.display,
    info: body.info,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as NewService;
}
