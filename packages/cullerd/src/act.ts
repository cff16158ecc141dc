import { type Decision, type ServerEntry, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { announcements } from './announce.ts';
import type { HubCalls } from './culler.ts';
import type { Verdict } from './decide.ts';

export interface ActParts {
  readonly hub: Omit<HubCalls, 'ListServers' | 'ListUsers'>;
  readonly now: () => number;
  readonly log: Log;
}

/** Lets the hub show when servers end; one call, and none if it shows that already. Tells whether there was one. */
export async function tell(
  { hub, now, log }: ActParts,
  servers: readonly ServerEntry[],
  verdicts: readonly Verdict[],
): Promise<boolean> {
  const news = announcements(servers, verdicts, now());
  if (news.length === 0) return false;
  await hub.AnnounceEnds(news);
  for (const [i, { user, server, end, cull, why, seconds }] of verdicts.entries()) {
    if (cull || end?.warned !== true || servers[i]?.warned === true) continue;
    log.info(
      { event: 'server-warned', user, server, reason: why },
      `${labelOf(user, server)} will be stopped in ${seconds} s unless it is used: ${why}`,
    );
  }
  return true;
}

/** Stops a server, and forgets a named one if that is wished; a decision that says what came of it. */
export async function stopServer({ hub, log }: ActParts, decision: Decision, doesRemove: boolean): Promise<Decision> {
  const { user, server, why } = decision;
  try {
    await hub.StopServer(user, server, why);
  } catch (error) {
    const isGone = error instanceof TshubError && (error.code === 'not_running' || error.code === 'not_found');
    if (isGone) return { ...decision, cull: false, why: 'ended by itself', seconds: -1 };
    if (error instanceof TshubError && error.code === 'pending')
      return { ...decision, cull: false, why: error.message, seconds: -1 };
    throw error;
  }
  log.info({ event: 'server-culled', user, server, reason: why }, `stopped ${labelOf(user, server)}: ${why}`);
  if (doesRemove && server !== '') await hub.RemoveServer(user, server);
  return decision;
}

/** Deletes a user. The hub looks once more whether they have a server. */
export async function deleteUser({ hub, log }: ActParts, decision: Decision): Promise<Decision> {
  const { user, why } = decision;
  try {
    await hub.RemoveUser(user);
  } catch (error) {
    const isLate = error instanceof TshubError && ['not_found', 'pending', 'already_running'].includes(error.code);
    if (isLate) return { ...decision, cull: false, why: error.message, seconds: -1 };
    throw error;
  }
  log.info({ event: 'user-culled', user, reason: why }, `deleted the user ${user}: ${why}`);
  return decision;
}

function labelOf(user: string, server: string): string {
  return `${server === '' ? 'the server' : `the server "${server}"`} of ${user}`;
}
