import type { Access } from '../access/access.ts';
import { holds } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { ProgressEvent } from './server.ts';

/** Any of these reads what a server wrote: a log may hold more than whoever sees the server should see. */
export const logScopes = ['admin:server_state', 'servers'] as const;

export function mayReadLog(access: Pick<Access, 'server'>, caller: Caller, user: string, name: string): boolean {
  const resource = access.server(user, name);
  return logScopes.some((scope) => holds(caller.scopes, scope, resource) === 'yes');
}

/** What a start tells whoever sees the server and may not read its log: the steps alone. */
export async function* stepsAlone(events: AsyncIterable<ProgressEvent>): AsyncGenerator<ProgressEvent> {
  for await (const event of events) {
    const { log, ...step } = event;
    const isLast = event.failed === true || event.ready === true;
    if (log === undefined || isLast) yield step;
  }
}
