import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { checkServerName } from './server-name.ts';

/** What counts when somebody wants a server. */
export interface Load {
  readonly active: number;
  /** Those that wait for their turn among them. */
  readonly starting: number;
  /** Named servers of this person, running or not. */
  readonly named: number;
}

/** Throws unless the name may be used; the limit counts only when the name is new (peer's contract 2.4). */
export function checkNamed(hub: Settings['hub'], name: string, isNew: boolean, load: Load): void {
  if (name === '') return;
  if (!hub.allow_named_servers) throw new TshubError('bad_request', { problem: 'Named servers are not enabled.' });
  if (!isNew) return;
  checkServerName(name);
  const limit = hub.named_server_limit_per_user;
  if (limit > 0 && load.named >= limit) {
    throw new TshubError('bad_request', {
      problem: `You already have the maximum of ${limit} named servers. One must be deleted before a new server can be created.`,
    });
  }
}

/** Throws server_limit or too_many_requests when the host has enough to do (peer's contract 7.7). `random` is in [0, 1). */
export function checkLoad(hub: Settings['hub'], load: Load, random: number): void {
  if (load.starting >= hub.concurrent_spawn_limit + hub.spawn_queue_limit) {
    const seconds = 30 + Math.floor(random * 31);
    throw new TshubError('too_many_requests', {
      problem: `Too many users are starting servers right now. Try again in ${seconds} seconds.`,
      seconds,
    });
  }
  if (hub.active_server_limit > 0 && load.active >= hub.active_server_limit) {
    throw new TshubError('server_limit', {
      problem: `All ${hub.active_server_limit} servers that this host may run are in use. Try again later.`,
    });
  }
}
