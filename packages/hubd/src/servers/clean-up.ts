import { serverClientId } from '@tshub/contract';
import type { Entry } from './entry.ts';
import { type Room, sentenceOf, tokenNote } from './room.ts';

/** How a server ended, for its row. */
export interface End {
  /** One public sentence, or ''. */
  readonly lastEnd: string;
  /** For administrators. */
  readonly detail?: string;
  readonly failed: boolean;
}

/**
 * Takes away what a start made, but for the unit and the route: tokens, OAuth client, the row's activity.
 * Each part by itself, because a part that is already gone must not keep the others; what fails is tried again by the next adoption.
 */
export async function cleanUp(room: Room, entry: Entry, end: End): Promise<void> {
  const { user, userId, name, tokenId } = entry.row;
  const now = room.clock.now();
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      room.log.warn({ user, server: name, error }, `${entry.unit}: ${what} failed, going on: ${sentenceOf(error)}`);
    }
  };
  await attempt('removing its OAuth client', () => room.clients.remove(serverClientId(user, name)));
  await attempt('revoking its tokens', async () => {
    const ids = new Set(await room.store.tokensWithNote(userId, tokenNote(user, name)));
    if (tokenId !== null) ids.add(tokenId);
    for (const id of ids) await room.tokens.revoke(id);
  });
  await attempt('writing down its end', () =>
    entry.change(room.store, {
      active: false,
      started: null,
      lastActivity: now,
      invocation: '',
      target: '',
      uid: null,
      tokenId: null,
      lastEnd: end.lastEnd,
      endDetail: end.detail ?? '',
      failed: end.failed,
    }),
  );
  room.users.touch(userId, now);
}

/** A proxy that is away gets rid of the route later: routes are compared when it is back. */
export async function dropRoute(room: Room, entry: Entry, prefix: string): Promise<void> {
  try {
    await room.proxy.remove(prefix);
  } catch (error) {
    const { user, name } = entry.row;
    room.log.warn(
      { user, server: name, error },
      `the route ${prefix} could not be taken away, trying again later: ${sentenceOf(error)}`,
    );
  }
}
