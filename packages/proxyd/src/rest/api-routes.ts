import { anyUid, TshubError } from '@tshub/contract';
import type { Counts } from '../metrics.ts';
import type { Route } from '../route.ts';
import type { Routes } from '../routes.ts';

/** The rules of configurable-http-proxy's API, without the wire. */

export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

export interface Asked {
  /** Decoded path after `/api/routes`: '' or with a slash in front. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface ApiParts {
  readonly routes: Routes;
  /** Resolves when the routes know of the activity in other threads. */
  readonly collect: () => Promise<void>;
  readonly counts: Counts;
}

type Handler = (parts: ApiParts, asked: Asked) => Promise<Answer>;

export const handlers: Readonly<Record<string, Handler>> = {
  DELETE: removeRoute,
  GET: getRoutes,
  POST: addRoute,
};

async function getRoutes({ routes, collect, counts }: ApiParts, { path, query }: Asked): Promise<Answer> {
  await collect();
  if (path !== '' && path !== '/') {
    const route = findOrNull(routes, path);
    return route === null ? { status: 404 } : json(viewOf(route));
  }
  const since = query.get('inactiveSince') || query.get('inactive_since') || '';
  const before = since === '' ? Infinity : Date.parse(since);
  if (Number.isNaN(before)) return text(400, `Invalid datestamp '${since.slice(0, 100)}' must be ISO8601.`);
  counts.add('api_route_get');
  const found = [...routes.table.values()].filter(({ lastActivity }) => lastActivity < before);
  return json(Object.fromEntries(found.map((route) => [pathOf(route), viewOf(route)])));
}

async function addRoute({ routes, counts }: ApiParts, { path, body }: Asked): Promise<Answer> {
  let posted: unknown;
  try {
    posted = JSON.parse(body);
  } catch (error) {
    return text(400, `Body not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(posted) || typeof posted['target'] !== 'string') return text(400, "Must specify 'target' as string");
  const { target, uid = anyUid } = posted;
  if (!isUid(uid)) return text(400, "Must specify 'uid' as a whole number, or not at all");
  try {
    await routes.add({ prefix: prefixOf(path), target, uid, data: textsOf(posted), posted });
  } catch (error) {
    if (error instanceof TshubError && error.code === 'bad_request') return text(400, error.message);
    throw error;
  }
  counts.add('api_route_add');
  return { status: 201 };
}

async function removeRoute({ routes, counts }: ApiParts, { path }: Asked): Promise<Answer> {
  const wasThere = findOrNull(routes, path) !== null && (await routes.removeAny(prefixOf(path)));
  counts.add('api_route_delete');
  return { status: wasThere ? 204 : 404 };
}

/** What cannot be a prefix is simply not there. */
function findOrNull(routes: Routes, path: string): Route | null {
  try {
    return routes.find(prefixOf(path));
  } catch (error) {
    if (error instanceof TshubError) return null;
    throw error;
  }
}

/** The API's paths are decoded once by the wire, as the peer does; routes have escaped names. */
function prefixOf(path: string): string {
  return path === '' ? '/' : path.split('/').map(encodeURIComponent).join('/');
}

/** The name of a route in the API: decoded, without a slash at its end. */
function pathOf({ segments }: Route): string {
  return `/${segments.join('/')}`;
}

function viewOf({ target, posted, data, lastActivity }: Route): Record<string, unknown> {
  return { ...(posted ?? data), target, last_activity: new Date(lastActivity).toISOString() };
}

/** Of what was posted, what the bus can show. */
function textsOf(posted: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(posted).filter(([key]) => key !== 'target');
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUid(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= anyUid;
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}
