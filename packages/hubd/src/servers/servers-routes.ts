import type { Settings } from '@tshub/config';
import {
  type LiveLimit,
  type serverRoutes,
  serverUnit,
  TshubError,
  type UpdateServerBody,
  wireLimit,
} from '@tshub/contract';
import { type Handlers, parseTimestamp, type Reply } from '@tshub/http';
import type { Access } from '../access/access.ts';
import { holds } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { User, UsersStore } from '../users/user.ts';
import { mayReadLog, stepsAlone } from './log-readers.ts';
import { displayNameFromBody, optionsFromBody } from './options.ts';
import { eventStream } from './progress.ts';
import type { Server, ServerChanges, Servers } from './server.ts';
import type { ServersRoom } from './servers.ts';
import { printable, serverLabel } from './server-name.ts';
import { neverStarted, serverModel, userUsage } from './servers-view.ts';
import { pause } from './waiting.ts';

export interface ServersRoutesParts {
  readonly access: Pick<Access, 'server'>;
  readonly servers: Servers & Pick<ServersRoom, 'setLimits'>;
  readonly users: Pick<UsersStore, 'byName'>;
  readonly settings: () => Pick<Settings, 'hub'>;
}

interface Request<B> {
  readonly caller: Caller;
  readonly params: { readonly user: string; readonly server?: string };
  readonly body: B;
}

/** Handlers about servers. A path without a server's name is about the default server. */
export function serverHandlers(parts: ServersRoutesParts): Handlers<typeof serverRoutes, Caller> {
  const get = ({ caller, params }: Omit<Request<unknown>, 'body'>) =>
    getServer(parts, caller, params.user, params.server ?? '');
  const progress = async ({ caller, params }: Omit<Request<unknown>, 'body'>): Promise<Reply> => {
    const user = await known(parts, params.user);
    const name = params.server ?? '';
    // Asked before the answer begins: an error is still an answer then.
    const never = new AbortController();
    const told = parts.servers.progress(user.name, name, never.signal);
    const events = mayReadLog(parts.access, caller, user.name, name) ? told : stepsAlone(told);
    const stream = eventStream((signal) => {
      signal.addEventListener('abort', () => never.abort(), { once: true });
      return events;
    });
    return {
      status: 200,
      stream,
      type: 'text/event-stream',
      headers: { 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' },
    };
  };
  const start = (request: Request<Readonly<Record<string, unknown>> | null>) => startServer(parts, request);
  const stop = (request: Request<{ readonly remove?: boolean | undefined } | null>) => stopServer(parts, request);
  const keep = async ({ caller, params, body }: Request<{ readonly until?: string | undefined } | null>) => {
    const user = await known(parts, params.user);
    const until = body?.until === undefined ? null : readMoment(body.until);
    return showServer(parts, caller, await parts.servers.keep(caller, user, params.server ?? '', until), 200);
  };
  const update = async ({ caller, params, body }: Request<UpdateServerBody>): Promise<Reply> => {
    const user = await known(parts, params.user);
    const server = await parts.servers.update(caller, user, params.server ?? '', {
      ...(body.name !== undefined && { name: body.name }),
      ...changesOf(body),
    });
    return showServer(parts, caller, server, 200);
  };
  return {
    async 'servers.create'({ caller, params, body }) {
      const user = await known(parts, params.user);
      return showServer(parts, caller, await parts.servers.create(caller, user, params.server, changesOf(body)), 201);
    },
    'servers.get': get,
    'servers.getDefault': get,
    'servers.keep': keep,
    'servers.keepDefault': keep,
    'servers.progress': progress,
    'servers.progressDefault': progress,
    'servers.setLimits': (request) => setLimits(parts, request),
    'servers.setLimitsDefault': (request) => setLimits(parts, request),
    'servers.start': start,
    'servers.startDefault': start,
    'servers.stop': stop,
    'servers.stopDefault': stop,
    'servers.update': update,
    'servers.updateDefault': update,
    'servers.usage': ({ caller, params }) => getUsage(parts, caller, params.user),
  };
}

function readMoment(text: string): number {
  const at = parseTimestamp(text);
  if (at !== null) return at;
  throw new TshubError('bad_request', {
    problem: `until: expected a timestamp such as 2030-01-31T12:00:00Z, found ${JSON.stringify(text.slice(0, 64))}`,
  });
}

async function known(parts: ServersRoutesParts, name: string): Promise<User> {
  const user = await parts.users.byName(name);
  if (user === undefined) throw new TshubError('not_found', { what: `User ${printable(name)}` });
  return user;
}

async function getServer(parts: ServersRoutesParts, caller: Caller, userName: string, name: string): Promise<Reply> {
  const user = await known(parts, userName);
  const server =
    parts.servers.get(user.name, name) ??
    (name === '' ? neverStarted(user.id, user.name, serverUnit(user.name, '')) : undefined);
  if (server === undefined) throw new TshubError('not_found', { what: `Server ${printable(name)} of ${user.name}` });
  return showServer(parts, caller, server, 200);
}

function showServer(parts: ServersRoutesParts, caller: Caller, server: Server, status: number): Reply {
  const resource = parts.access.server(server.user, server.name);
  const withState = holds(caller.scopes, 'admin:server_state', resource) === 'yes';
  return { status, json: serverModel(server, { publicUrl: parts.settings().hub.public_url, withState }) };
}

function changesOf(body: Omit<UpdateServerBody, 'name'> | null): Omit<ServerChanges, 'name'> {
  return {
    ...(body?.display_name !== undefined && { displayName: body.display_name }),
    ...(body?.user_options !== undefined && { options: body.user_options }),
  };
}

async function getUsage(parts: ServersRoutesParts, caller: Caller, userName: string): Promise<Reply> {
  const { servers } = parts;
  const user = await known(parts, userName);
  const isVisible = ({ name }: Server): boolean =>
    holds(caller.scopes, 'read:servers', parts.access.server(user.name, name)) === 'yes';
  const all = servers.ofUser(user.id);
  const running = all.filter((server) => server.ready && isVisible(server));
  const usages = await Promise.all(running.map(({ name }) => servers.usage(user.name, name)));
  // The sum would tell of servers that the caller may not see.
  const total = all.every(isVisible) ? await servers.userUsage(user.name) : undefined;
  return { status: 200, json: userUsage(user.name, total, running, usages) };
}

async function setLimits(
  parts: ServersRoutesParts,
  { caller, params, body }: Request<Readonly<Partial<Record<LiveLimit, number | undefined>>>>,
): Promise<Reply> {
  const user = await known(parts, params.user);
  const name = params.server ?? '';
  if (parts.servers.get(user.name, name)?.active !== true)
    throw new TshubError('not_running', { server: serverLabel(user.name, name) });
  const given = Object.entries(body) as ReadonlyArray<[LiveLimit, number | undefined]>;
  const limits = given.flatMap(([limit, value]) => (value === undefined ? [] : [[limit, wireLimit(limit, value)]]));
  await parts.servers.setLimits(caller, user.name, name, Object.fromEntries(limits) as Record<string, bigint>);
  return { status: 204 };
}

async function startServer(
  parts: ServersRoutesParts,
  { caller, params, body }: Request<Readonly<Record<string, unknown>> | null>,
): Promise<Reply> {
  const user = await known(parts, params.user);
  const name = params.server ?? '';
  let done: Promise<Server>;
  try {
    ({ done } = await parts.servers.start(caller, user, name, optionsFromBody(body), displayNameFromBody(body)));
  } catch (error) {
    // Asking again for what is on its way is not a mistake (peer's contract 2.4).
    if (error instanceof TshubError && error.code === 'pending' && error.params['pending'] === 'spawn')
      return { status: 202 };
    throw error;
  }
  const isReady = await settlesWithin(done, parts.settings().hub.slow_spawn_timeout);
  return { status: isReady ? 201 : 202 };
}

async function stopServer(
  parts: ServersRoutesParts,
  { caller, params, body }: Request<{ readonly remove?: boolean | undefined } | null>,
): Promise<Reply> {
  const user = await known(parts, params.user);
  const name = params.server ?? '';
  if (name !== '' && parts.servers.get(user.name, name) === undefined) {
    throw new TshubError('not_found', { what: `Server ${printable(name)} of ${user.name}` });
  }
  const { done } =
    body?.remove === true
      ? await parts.servers.remove(caller, user, name)
      : await parts.servers.stop(caller, user, name, '');
  const isOver = await settlesWithin(done, parts.settings().hub.slow_stop_timeout);
  return { status: isOver ? 204 : 202 };
}

/** Whether it was done in time; throws what it throws in time. */
async function settlesWithin(work: Promise<unknown>, seconds: number): Promise<boolean> {
  const patience = new AbortController();
  try {
    return await Promise.race([work.then(() => true), pause(seconds * 1000, patience.signal).then(() => false)]);
  } finally {
    patience.abort();
  }
}
