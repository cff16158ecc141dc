import type { IncomingMessage } from 'node:http';
import type { Destination } from './destination.ts';
import type { Refusal } from './error-page.ts';
import { pathOf } from './route-path.ts';
import type { RouteTable } from './route-table.ts';

/** What becomes of a request. Pure but for the table. */
export type Decision =
  | { readonly kind: 'forward'; readonly to: Destination }
  | { readonly kind: 'health' }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

export type RequestHead = Pick<IncomingMessage, 'headers' | 'httpVersion' | 'method' | 'rawHeaders' | 'url'>;

/** Paths that the proxy answers itself: its own, and the one that the peer's deployments probe. */
const healthPaths = new Set(['/_tshub/health', '/_chp_healthz']);

const healthy: Decision = { kind: 'health' };

/** Refuses what could be understood in two ways, and chooses where the rest goes. */
export function decide<R extends Destination>(head: RequestHead, table: RouteTable<R>, hub: Destination): Decision {
  const problem = problemOf(head);
  if (problem !== null) return { kind: 'refuse', refusal: problem };
  const target = head.url ?? '';
  if (healthPaths.has(target)) return healthy;
  const found = table.find(target);
  if (found.problem !== undefined) return refuseWith(400, `Bad request: ${found.problem}`);
  if (found.route !== null && isWorkerForOthers(head, found.route)) {
    return refuseWith(403, 'A service worker must be below the address of its server');
  }
  return { kind: 'forward', to: found.route ?? hub };
}

/** A worker may control the folder that its script is in: for "/user/ada" that would be every user's pages. */
function isWorkerForOthers({ headers, url = '' }: RequestHead, { serverPrefix }: Destination): boolean {
  const depth = (path: string): number => path.split('/').length;
  return 'service-worker' in headers && depth(pathOf(url)) < depth(serverPrefix ?? '');
}

function problemOf(head: RequestHead): Refusal | null {
  const { headers, httpVersion, method } = head;
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return { status: 505, says: 'This version of HTTP is not spoken here' };
  // TRACE would show a page's script the cookies that are kept from it.
  if (method === 'TRACE' || method === 'CONNECT') return { status: 405, says: `${method} is not allowed` };
  if (!isHostGood(head)) return { status: 400, says: 'Bad request: expected one valid Host header' };
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return { status: 501, says: 'This transfer coding is not understood here' };
  }
  // HTTP/1.0 has no chunks; who sends them is confused or wants somebody to be.
  if (coding !== undefined && httpVersion === '1.0') return { status: 400, says: 'Bad request: chunks in HTTP/1.0' };
  return null;
}

function isHostGood({ rawHeaders, headers, httpVersion }: RequestHead): boolean {
  const host = headers.host;
  if (host === undefined) return httpVersion === '1.0';
  if (!/^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return false;
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') count++;
  return count === 1;
}

function refuseWith(status: number, says: string): Decision {
  return { kind: 'refuse', refusal: { status, says } };
}
