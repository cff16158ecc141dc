import type { PolkitAction } from '@tshub/contract';
import { callsOf } from './call.ts';
import { dbusDaemon } from './external.ts';
import { messageFlags, type Link, type Message } from './link.ts';
import { isAuthorized } from './polkit.ts';
import type { BusCaller, Calls } from './types.ts';

const remembered = 512;

/** Unique names of connections -> uids. The bus never gives a unique name twice, so what is known stays true. */
export class CallerUids {
  #daemon: Calls<typeof dbusDaemon>;
  #known = new Map<string, Promise<number>>();

  constructor(link: Link) {
    this.#daemon = callsOf(link, dbusDaemon);
  }

  /** The uid behind a name; asks the bus each time for a well-known one. */
  async uidOf(name: string): Promise<number> {
    if (!name.startsWith(':')) return this.#daemon.GetConnectionUnixUser(name);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const asked = this.#daemon.GetConnectionUnixUser(name);
    this.#known.set(name, asked);
    asked.catch(() => this.#known.delete(name));
    const [oldest] = this.#known.keys();
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest);
    return asked;
  }
}

/** Who sent a method call. */
export async function callerOf(
  link: Link,
  uids: CallerUids,
  message: Message,
  onProblem: (sentence: string, error: unknown) => void,
): Promise<BusCaller> {
  const { sender } = message;
  const uid = await uids.uidOf(sender);
  const interactive = (message.flags & messageFlags.interactive) !== 0;
  const authorize = (
    action: PolkitAction,
    details: Record<string, string> = {},
    { silent = false }: { silent?: boolean } = {},
  ) => isAuthorized(link, { sender, uid, interactive: interactive && !silent }, action, details, onProblem);
  return { sender, uid, interactive, authorize };
}
