import type { ClientFacts } from './client-facts.ts';
import { mayServerSet, withoutHubLogin } from './cookies.ts';
import { keyOf } from './head-fields.ts';
import { pathOf } from './route-path.ts';
import { assertedUser, type RemoteUser } from './remote-user.ts';
import { plainAddress, type Trusts, unixPeer } from './trusted-peers.ts';

/**
 * Headers between the two connections of a request. Pure.
 * Lists are flat as Node's rawHeaders: name, value, name, value; order, spelling and repeats stay as they came.
 */
export type RawHeaders = readonly string[];

/** How a message's body is delimited. */
export type Framing = 'none' | 'length' | 'chunked';

export interface RequestHeadersOptions {
  readonly client: ClientFacts;
  readonly trusts: Trusts;
  readonly remoteUser: RemoteUser;
  /** A user server or a service rather than the hub: the hub's login is not for it. */
  readonly toServer: boolean;
  readonly framing: Framing;
  readonly method: string;
  /** Whether the client waits for `100 Continue` and is told by the server. */
  readonly expects: boolean;
  /** The protocol to switch to, or null. */
  readonly upgrade: string | null;
}

const hopByHop = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);
// What a Connection header may not take away: without these a message means something else.
const kept = new Set(['content-length', 'cookie', 'host', 'authorization', 'set-cookie']);
// These speak for the whole origin, which a user server shares with the hub and with everybody's servers.
const originWide = new Set([
  'alt-svc',
  'clear-site-data',
  'expect-ct',
  'nel',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'strict-transport-security',
]);
const bodyless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** What is sent to the server for what came from the client. */
export function requestHeaders(raw: RawHeaders, options: RequestHeadersOptions): string[] {
  const { client, toServer, framing, upgrade, remoteUser } = options;
  const listed = connectionNames(raw);
  const out: string[] = [];
  const forwarded: Forwarded = { for: [], proto: '', host: '', port: '' };
  let host: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    let value = raw[i + 1] ?? '';
    const key = keyOf(name);
    if (hopByHop.has(key) || listed?.has(key) === true) continue;
    if (remoteUser.isAboutUser(key)) continue;
    if (isForwarding(key)) {
      noteForwarded(forwarded, key, value);
      continue;
    }
    if (key === 'host') host = value;
    else if (key === 'content-length' && framing !== 'length') continue;
    else if (key === 'cookie' && toServer) {
      value = withoutHubLogin(value);
      if (value === '') continue;
    }
    out.push(name, value);
  }
  if (host === undefined) {
    // HTTP/1.0 clients may leave it out; HTTP/1.1 towards the server may not.
    host = 'localhost';
    out.push('Host', host);
  }
  const user = toServer ? undefined : remoteUser.asserted(raw, client);
  if (user !== undefined) out.push(assertedUser, user);
  pushForwarded(out, forwarded, host, client, options.trusts);
  if (framing === 'chunked') out.push('Transfer-Encoding', 'chunked');
  else if (framing === 'none' && !bodyless.has(options.method)) out.push('Content-Length', '0');
  if (options.expects) out.push('Expect', '100-continue');
  if (upgrade !== null) out.push('Connection', 'Upgrade', 'Upgrade', upgrade);
  return out;
}

export interface ResponseHeadersOptions {
  /** The prefix of the user server that answers, or null for the hub. */
  readonly serverPrefix: string | null;
  /** What the request was for. */
  readonly target: string;
}

/** What is sent to the client for what came from the server; the framing of the body is left to the sender. */
export function responseHeaders(raw: RawHeaders, options: ResponseHeadersOptions): string[] {
  const { serverPrefix, target } = options;
  const listed = connectionNames(raw);
  const out: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const key = keyOf(name);
    if (hopByHop.has(key) || listed?.has(key) === true) continue;
    if (serverPrefix !== null && !mayServerSend(key, value, serverPrefix, target)) continue;
    out.push(name, value);
  }
  return out;
}

/** Trailer fields as pairs, without those that belong into a head. */
export function trailerPairs(raw: RawHeaders): Array<[string, string]> {
  const pairs: Array<[string, string]> = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const key = keyOf(name);
    if (!hopByHop.has(key) && !kept.has(key) && !isForwarding(key)) pairs.push([name, raw[i + 1] ?? '']);
  }
  return pairs;
}

function mayServerSend(key: string, value: string, prefix: string, target: string): boolean {
  if (key === 'set-cookie') return mayServerSet(value, prefix, pathOf(target));
  // A wider scope would let one person's script answer for the hub.
  if (key === 'service-worker-allowed') return value.startsWith(prefix) && !/[\\%]|\.\./.test(value);
  return !originWide.has(key);
}

/** Names that a Connection header declares to be for this connection only; null when it lists nothing unusual. */
function connectionNames(raw: RawHeaders): Set<string> | null {
  let names: Set<string> | null = null;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name.length !== 'connection'.length || keyOf(name) !== 'connection') continue;
    for (const item of (raw[i + 1] ?? '').split(',')) {
      const listed = item.trim().toLowerCase();
      if (listed === '' || hopByHop.has(listed) || kept.has(listed) || listed === 'close') continue;
      names ??= new Set();
      names.add(listed);
    }
  }
  return names;
}

interface Forwarded {
  for: string[];
  proto: string;
  host: string;
  port: string;
}

const nothingTold: Readonly<Forwarded> = { for: [], proto: '', host: '', port: '' };

// With `_` for `-` as well: some frameworks cannot tell the two apart.
function isForwarding(key: string): boolean {
  if (!key.startsWith('x') && key !== 'forwarded') return false;
  const name = key.replaceAll('_', '-');
  return name.startsWith('x-forwarded-') || name === 'forwarded' || name === 'x-real-ip' || name === 'x-scheme';
}

function noteForwarded(into: Forwarded, key: string, value: string): void {
  if (key === 'x-forwarded-for') into.for.push(value);
  else if (key === 'x-forwarded-proto') into.proto ||= firstOf(value);
  else if (key === 'x-forwarded-host') into.host ||= firstOf(value);
  else if (key === 'x-forwarded-port') into.port ||= firstOf(value);
}

function pushForwarded(out: string[], came: Forwarded, host: string, client: ClientFacts, trusts: Trusts): void {
  const peer = plainAddress(client.remoteAddress);
  const told = trusts(peer) ? came : nothingTold;
  const hops = hopsOf(told.for, peer);
  const isSecure = told.proto === '' ? client.encrypted : told.proto === 'https' || told.proto === 'wss';
  const publicHost = told.host === '' ? host : told.host;
  if (hops.length > 0) out.push('X-Forwarded-For', hops.join(', '), 'X-Real-IP', clientOf(hops, trusts));
  out.push('X-Forwarded-Proto', isSecure ? 'https' : 'http', 'X-Forwarded-Host', publicHost);
  out.push('X-Forwarded-Port', told.port || portOf(publicHost) || (isSecure ? '443' : '80'));
}

/** The addresses on the way, from the first that was told to the peer. */
function hopsOf(lists: readonly string[], peer: string): readonly string[] {
  const own = peer === unixPeer ? [] : [peer];
  if (lists.length === 0) return own;
  const chain = lists.flatMap((list) => list.split(',')).map((address) => address.trim());
  return [...chain.filter((address) => address !== ''), ...own];
}

/** The last address that no trusted proxy vouches for. */
function clientOf(hops: readonly string[], trusts: Trusts): string {
  return hops.findLast((address) => !trusts(address)) ?? hops[0] ?? '';
}

function portOf(host: string): string {
  return /:(\d{1,5})$/.exec(host)?.[1] ?? '';
}

function firstOf(list: string): string {
  return (list.split(',')[0] ?? '').trim();
}
