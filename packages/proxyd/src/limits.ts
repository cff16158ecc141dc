import type { Settings } from '@tshub/config';
import { type RemoteUser, remoteUserRule } from './remote-user.ts';
import { type Trusts, trustedPeers } from './trusted-peers.ts';

/** The settings of the public listener as the code uses them: milliseconds, bytes, 0 for no limit. */
export interface Limits {
  readonly trusts: Trusts;
  readonly remoteUser: RemoteUser;
  readonly maxConnections: number;
  /** Of those, how many one address may have that is no proxy. */
  readonly maxOfAddress: number;
  readonly headersMs: number;
  readonly idleMs: number;
  readonly upstreamMs: number;
  readonly connectMs: number;
  readonly maxHeaderSize: number;
  readonly maxBodySize: number;
  readonly drainMs: number;
  /** How many threads have the bounds on servers and the hub together. */
  readonly threads: number;
  /** Value of Strict-Transport-Security on connections with TLS; '': none. */
  readonly hsts: string;
}

/** Head of an answer: a user server may set many cookies, but not fill the proxy. */
export const maxAnswerHead = 65_536;
/** How many connections to one place there are at once. */
export interface PoolBounds {
  /** Further requests wait for one of them. Open websockets are not counted. */
  readonly maxSockets: number;
  /** Those in use for one address, so that there are some for others whatever a stranger sends slowly; 0: any. */
  readonly maxOfAddress: number;
  /** Requests that wait for a connection, half of them for one address; further ones are refused. */
  readonly maxWaiting: number;
}
export const serverBounds: PoolBounds = { maxSockets: 128, maxOfAddress: 64, maxWaiting: 1024 };
/** What speaks for many has its own share (maxHubRequestsOfAddress) or none. */
export const hubBounds: PoolBounds = { maxSockets: 2048, maxOfAddress: 0, maxWaiting: 4096 };
/** Requests to the hub under way from one address: slow ones from there leave room for everybody else. A whole class may share one. */
export const maxHubRequestsOfAddress = 512;
/** Shorter than the 5 s after which Node closes an idle connection, so that requests seldom meet a closing one. */
export const idleUpstreamMs = 4_000;
/** How long a client that ended its half still gets an answer of which it takes nothing. */
export const halfAnsweredMs = 3_000;
/** How long a connection stays open for the client to take its last answer. */
export const lingerMs = 2_000;
/** How long servers may take, once the drain is over, to close their websockets as these are closed. */
export const goodbyeMs = 1_000;
/** How long a websocket may live on with one direction closed. */
export const halfClosedMs = 30_000;

/** Throws config_invalid for an entry of trusted_proxies that is no address. */
export function limitsOf(settings: Settings['proxy'], hstsMaxAge = 0): Limits {
  const trusts = trustedPeers(settings.trusted_proxies);
  return {
    trusts,
    remoteUser: remoteUserRule(settings.remote_user_header, trusts),
    maxConnections: settings.max_connections,
    maxOfAddress: settings.max_connections_per_address,
    headersMs: settings.headers_timeout * 1000,
    idleMs: settings.idle_timeout * 1000,
    upstreamMs: settings.upstream_timeout * 1000,
    connectMs: settings.connect_timeout * 1000,
    maxHeaderSize: settings.max_header_size,
    maxBodySize: settings.max_body_size,
    drainMs: settings.drain_timeout * 1000,
    threads: 1,
    hsts: hstsMaxAge === 0 ? '' : `max-age=${Math.round(hstsMaxAge)}`,
  };
}

/** What one of several threads may have of a bound that is meant for all of them: together never more, and each something. */
export function partOf(most: number, { threads }: Pick<Limits, 'threads'>): number {
  return most === 0 ? 0 : Math.max(1, Math.floor(most / threads));
}

/** What one of several threads may have of the bounds of one place. */
export function boundsOf(bounds: PoolBounds, limits: Pick<Limits, 'threads'>): PoolBounds {
  // Nearly always, and asked for with every request.
  if (limits.threads === 1) return bounds;
  const { maxSockets, maxOfAddress, maxWaiting } = bounds;
  return {
    maxSockets: partOf(maxSockets, limits),
    maxOfAddress: partOf(maxOfAddress, limits),
    maxWaiting: partOf(maxWaiting, limits),
  };
}
