import { randomBytes } from 'node:crypto';
import type { AuthAsk, AuthQuestion } from './authenticators/authenticator.ts';

/** A login that waits for an answer. */
export interface Conversation<Extra> {
  readonly ask: AuthAsk;
  readonly extra: Extra;
}

export interface Conversations<Extra> {
  /** How many logins wait. */
  readonly size: number;
  /** Keeps an open question; its id goes into a form. */
  keep(ask: AuthAsk, extra: Extra): { readonly id: string; readonly messages: readonly AuthQuestion[] };
  /** Takes the question out: each can be answered once. */
  take(id: string): Conversation<Extra> | undefined;
  /** Gives all of them up. */
  stop(): void;
}

export interface ConversationsOptions<Extra> {
  /** Milliseconds; authd gives up after as long. */
  readonly lifetimeMs: number;
  /** Told of a question that nobody answered in time. */
  readonly abandoned: (extra: Extra) => void;
}

/** Logins between two pages. Only in memory: a restart of the hub means typing the password once more. */
export function makeConversations<Extra>(options: ConversationsOptions<Extra>): Conversations<Extra> {
  const open = new Map<string, Conversation<Extra> & { readonly timer: NodeJS.Timeout }>();

  function take(id: string): Conversation<Extra> | undefined {
    const found = open.get(id);
    if (found === undefined) return undefined;
    open.delete(id);
    clearTimeout(found.timer);
    return found;
  }

  function giveUp(id: string): void {
    const found = take(id);
    if (found === undefined) return;
    found.ask.cancel();
    options.abandoned(found.extra);
  }

  return {
    get size() {
      return open.size;
    },
    keep(ask, extra) {
      const id = randomBytes(24).toString('base64url');
      const timer = setTimeout(() => giveUp(id), options.lifetimeMs);
      timer.unref();
      open.set(id, { ask, extra, timer });
      return { id, messages: ask.messages };
    },
    take,
    stop() {
      for (const id of [...open.keys()]) giveUp(id);
    },
  };
}
