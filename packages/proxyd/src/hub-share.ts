import { isOwnHost, networkOf } from '@tshub/daemon';
import type { Forwarding } from './destination.ts';
import type { RawHeaders } from './headers.ts';
import { maxHubRequestsOfAddress, partOf } from './limits.ts';

/** How many requests to the hub are under way from one address: slow ones from there leave room for everybody else. */

/** Who counts as one, of what requestHeaders has worked out; '' for loopback, where a proxy that is not in trusted_proxies speaks for many. */
export function clientAddress(headers: RawHeaders): string {
  const at = headers.indexOf('X-Real-IP');
  const network = at === -1 ? '' : networkOf(headers[at + 1] ?? '');
  return isOwnHost(network) ? '' : network;
}

/** false: this address has its share already. */
export function enterHub({ counters, limits }: Pick<Forwarding, 'counters' | 'limits'>, address: string): boolean {
  if (address === '') return true;
  const underWay = counters.hubRequests;
  const before = underWay.get(address) ?? 0;
  if (before >= partOf(maxHubRequestsOfAddress, limits())) return false;
  underWay.set(address, before + 1);
  return true;
}

export function leaveHub(underWay: Map<string, number>, address: string): void {
  if (address === '') return;
  const left = (underWay.get(address) ?? 0) - 1;
  if (left > 0) underWay.set(address, left);
  else underWay.delete(address);
}
