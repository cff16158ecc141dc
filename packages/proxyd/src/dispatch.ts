import type { Destination } from './destination.ts';
import type { Answer, Refusal } from './error-page.ts';
import type { RequestHead } from './request-head.ts';
import { pathOf } from './route-path.ts';
import type { RouteTable } from './route-table.ts';

/** What becomes of a request. Pure but for the table. */
export type Decision =
  | { readonly kind: 'forward'; readonly to: Destination }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

/** Paths that the proxy answers itself: its own, and the one that the peer's deployments probe. */
const healthPaths = new Set(['/_tshub/health', '/_chp_healthz']);

const health = Buffer.from('{"status":"OK"}');
const healthy: Decision = {
  kind: 'answer',
  answer: {
    status: 200,
    reason: 'OK',
    headers: ['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'Content-Length', String(health.length)],
    body: health,
  },
};

/** Chooses where a request goes that was understood; refuses what could be meant for two places. */
export function decide<R extends Destination>(head: RequestHead, table: RouteTable<R>, hub: Destination): Decision {
  const { target } = head;
  if (healthPaths.has(target)) return healthy;
  const found = table.find(target, head.host);
  if (found.problem !== undefined) return refuseWith(400, `Bad request: ${found.problem}`);
  if (found.route !== null && isWorkerForOthers(head, found.route)) {
    return refuseWith(403, 'A service worker must be below the address of its server');
  }
  return { kind: 'forward', to: found.route ?? hub };
}

/** A worker may control the folder that its script is in: for "/user/ada" that would be every user's pages. */
function isWorkerForOthers({ isServiceWorker, target }: RequestHead, { serverPrefix }: Destination): boolean {
  const depth = (path: string): number => path.split('/').length;
  return isServiceWorker && depth(pathOf(target)) < depth(serverPrefix ?? '');
}

function refuseWith(status: number, says: string): Decision {
  return { kind: 'refuse', refusal: { status, says } };
}
