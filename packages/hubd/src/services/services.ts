import { servicePrefix, serviceTarget, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Account } from '@tshub/native';
import type { Knex } from 'knex';
import type { Access } from '../access/access.ts';
import type { Directory } from '../access/directory.ts';
import { builtInServices } from '../access/roles.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { OAuthClients } from '../oauth/client.ts';
import type { WantedRoute } from '../proxy/route-changes.ts';
import type { Roles } from '../roles/role.ts';
import type { Tokens } from '../tokens/token.ts';
import { checkToken, completeService } from './new-service.ts';
import type { Service, Services } from './service.ts';
import { makeServicesStore } from './services-store.ts';

export interface ServicesParts {
  readonly db: Knex;
  readonly directory: Directory;
  readonly access: Pick<Access, 'expand' | 'isWithin' | 'knows' | 'scopesOfRole'>;
  readonly roles: Pick<Roles, 'grant' | 'revoke'>;
  readonly tokens: Tokens;
  readonly clients: OAuthClients;
  readonly accounts: { byName(name: string): Promise<Account | null> };
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Called when the routes of services changed. */
  readonly onRoutes: () => Promise<void>;
}

/** What only the settings may do to services; see config-services.ts. */
export interface ServicesForConfig extends Services {
  /** Fills memory from the database; once, before anybody asks. */
  load(): Promise<void>;
  /** Adds or changes; its tokens stay while the token's text and the client stay. Throws bad_request. */
  define(service: Service, token: string): Promise<void>;
  forget(name: string): Promise<void>;
}

/** Marks the token that was given with a service, so that a new one takes its place. */
const tokenNote = 'Of the service itself';

/** The rules of services. Who may change them is asked before (services-routes.ts). */
export function makeServices(parts: ServicesParts): ServicesForConfig {
  const { access, directory, roles, tokens, clients, log } = parts;
  const store = makeServicesStore(parts.db);
  const kept = new Map<string, Service>();
  const warned = new Set<string>();

  /** Raw scopes; what is no scope is the name of a role. */
  const scopesOf = ({ allowedScopes }: Service): readonly string[] =>
    allowedScopes.flatMap((name) => {
      const scopes = access.knows(name) ? [name] : access.scopesOfRole(name);
      if (scopes !== undefined) return scopes;
      throw new TshubError('bad_request', {
        problem: `oauth_client_allowed_scopes: there is no scope or role "${name}"`,
      });
    });

  /** Whether the service has this token already; throws bad_request for one of somebody else. */
  const hasToken = async (name: string, text: string): Promise<boolean> => {
    const known = text === '' ? undefined : await tokens.find(text);
    if (known === undefined) return false;
    if (known.owner.kind === 'service' && known.owner.name === name && known.clientId === null) return true;
    throw new TshubError('bad_request', { problem: 'api_token: expected one that nobody has' });
  };

  const putToken = async (name: string, text: string): Promise<void> => {
    await tokens.revokeService(name, tokenNote);
    const owner = { kind: 'service', name } as const;
    if (text !== '') await tokens.issue({ owner, scopes: ['inherit'], note: tokenNote, expiresIn: null, text });
  };

  const putClient = async (service: Service, before: Service | undefined, secret: string): Promise<void> => {
    const { name, clientId, redirectUri } = service;
    if (before !== undefined && before.clientId !== clientId) await clients.remove(before.clientId);
    if (redirectUri === '' || secret === '') return clients.remove(clientId);
    const description = `JupyterHub service ${name}`;
    await clients.put(
      { id: clientId, description, redirectUri, allowedScopes: scopesOf(service), server: null, service: name },
      secret,
    );
  };

  const define = async (service: Service, token: string): Promise<void> => {
    const { name, admin } = service;
    const before = kept.get(name);
    scopesOf(service);
    const isKept = await hasToken(name, token);
    await store.put(service);
    kept.set(name, service);
    if (!isKept) await putToken(name, token);
    await putClient(service, before, token);
    const holder = { kind: 'service', name } as const;
    if (admin !== (before?.admin ?? false))
      await (admin ? roles.grant('admin', holder) : roles.revoke('admin', holder));
  };

  const forget = async (name: string): Promise<void> => {
    const service = kept.get(name);
    if (service === undefined) return;
    // First what lets it do things, last the row that says what is to be taken away.
    await clients.remove(service.clientId);
    await tokens.revokeService(name);
    for (const role of [...directory.rolesOf('service', name)]) await roles.revoke(role, { kind: 'service', name });
    await store.remove(name);
    kept.delete(name);
  };

  return {
    get: (name) => kept.get(name),
    list: () => [...kept.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    async load() {
      for (const service of await store.all()) kept.set(service.name, service);
    },
    define,
    forget,
    async create(caller, given, token) {
      const service = completeService(given, '');
      checkToken(token);
      if (kept.has(service.name) || builtInServices.includes(service.name))
        throw new TshubError('service_exists', { service: service.name });
      if ([...kept.values()].some(({ clientId }) => clientId === service.clientId))
        throw new TshubError('bad_request', {
          problem: `oauth_client_id: expected one that no service has, found "${service.clientId}"`,
        });
      // Nobody can make a service that may do more than they may; what it inherits may be an administrator's.
      const asked = scopesOf(service);
      const needsAll = service.admin || asked.includes('inherit');
      const wanted = needsAll ? [...asked, ...(access.scopesOfRole('admin') ?? [])] : asked;
      const isHeld = access.isWithin(
        access.expand(
          wanted.filter((scope) => scope !== 'inherit'),
          caller.owner,
        ),
        caller.scopes,
      );
      if (!isHeld)
        throw new TshubError('bad_request', {
          problem: `Not assigning scopes that ${caller.owner.name} does not hold`,
        });
      await define(service, token);
      log.info(
        { event: 'service-made', service: service.name, ...byWhom(caller) },
        `${caller.owner.name} made the service ${service.name}`,
      );
      if (service.url !== '') await parts.onRoutes();
      return service;
    },
    async remove(caller, name) {
      const service = kept.get(name);
      if (service === undefined) throw new TshubError('not_found', { what: `Service ${name.slice(0, 60)}` });
      if (service.managed === 'config') throw new TshubError('service_managed', { service: name });
      await forget(name);
      log.info(
        { event: 'service-removed', service: name, ...byWhom(caller) },
        `${caller.owner.name} removed the service ${name}, with its tokens`,
      );
      if (service.url !== '') await parts.onRoutes();
    },
    async routes() {
      const wanted: WantedRoute[] = [];
      for (const { name, url, user } of kept.values()) {
        const target = serviceTarget(url);
        if (target === null) continue;
        const uid = /^\d+$/.test(user) ? Number(user) : (await parts.accounts.byName(user))?.uid;
        if (uid === undefined) {
          if (!warned.has(name))
            log.warn(
              { service: name },
              `the service ${name} is not published: this host has no account "${user}"; it is looked for again from time to time`,
            );
          warned.add(name);
        } else wanted.push({ prefix: servicePrefix(name), target, uid, data: { service: name } });
      }
      return wanted;
    },
  };
}
