import { serverPrefix, TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';
import { pagePath } from './target.ts';
import { redirect, withNext } from './visit.ts';

/** Milliseconds that a page waits, so that what is quick needs no page of its own. */
const patience = 1000;

type Options = Readonly<Record<string, unknown>> | null;

/** Starts a server and sends the browser to where its start can be watched, or to the server if it is there already. */
export async function startServer(
  parts: Pick<PagesParts, 'servers' | 'wait'>,
  ctx: Context,
  who: {
    readonly caller: Caller;
    readonly user: User;
    readonly name: string;
    /** Null to leave it as it is. */
    readonly displayName?: string | null;
  },
  options: Options,
  next: string | null,
): Promise<void> {
  const { caller, user, name, displayName } = who;
  try {
    const { done } = await parts.servers.start(caller, user, name, options, displayName ?? undefined);
    // How it ends is shown by the page that the browser is sent to.
    await Promise.race([settled(done), pause(parts)]);
  } catch (error) {
    if (!(error instanceof TshubError) || !['already_running', 'pending'].includes(error.code)) throw error;
  }
  const isReady = parts.servers.get(user.name, name)?.ready === true;
  redirect(
    ctx,
    isReady ? (next ?? serverPrefix(user.name, name)) : withNext(pagePath('spawn-pending', user.name, name), next),
  );
}

/** Stops a server for its owner, who needs to be told no reason, and waits for a moment, so that the page behind it mostly shows it stopped. */
export async function stopServer(
  parts: Pick<PagesParts, 'servers' | 'wait'>,
  who: { caller: Caller; user: User; name: string },
): Promise<void> {
  const { done } = await parts.servers.stop(who.caller, who.user, who.name, '');
  await Promise.race([settled(done), pause(parts)]);
}

/** A failure is kept with the server and shown from there. */
function settled(done: Promise<unknown>): Promise<void> {
  return done.then(
    () => undefined,
    () => undefined,
  );
}

function pause({ wait }: Pick<PagesParts, 'wait'>): Promise<void> {
  if (wait !== undefined) return wait(patience);
  return new Promise((resolve) => setTimeout(resolve, patience).unref());
}
