import { type ScopeName, TshubError } from '@tshub/contract';
import { requireScope } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import { choose } from './choices.ts';
import { cleanDisplayName } from './display-name.ts';
import type { Entry } from './entry.ts';
import { checkLoad, checkNamed, type Load } from './limits.ts';
import { checkOptions, type ServerOptions } from './options.ts';
import type { Reservations } from './reservations.ts';
import type { Room } from './room.ts';
import type { Server } from './server.ts';
import { printable, serverLabel } from './server-name.ts';
import { abandoned, beginStart, cancelled } from './start.ts';
import { checkMayStart } from './state.ts';
import { runStop } from './stop.ts';
import { stopOrder } from './stop-order.ts';

/** What people and programs order: start, stop, remove. At most one of them at a time for each server. */
export class ServerOrders {
  readonly #room: Room;
  readonly #isClosing: () => boolean;
  readonly #random: () => number;
  readonly #reservations: Reservations;

  constructor(room: Room, reservations: Reservations, isClosing: () => boolean, random: () => number) {
    this.#room = room;
    this.#reservations = reservations;
    this.#isClosing = isClosing;
    this.#random = random;
  }

  async start(
    caller: Caller,
    user: User,
    name: string,
    options: ServerOptions | null,
    displayName?: string | null,
  ): Promise<{ readonly done: Promise<Server> }> {
    this.#checkScope(caller, 'start:servers', user, name);
    if (this.#isClosing()) throw abandoned;
    this.#reservations.checkFree(user, name);
    const { hub } = this.#room.settings();
    const label = serverLabel(user.name, name);
    const known = this.#room.entries.get(user.name, name);
    if (known !== undefined) checkMayStart(known.phase, label);
    const isNew = known === undefined && !this.#reservations.isMaking(user, name);
    checkNamed(hub, name, isNew, this.load(user));
    checkLoad(hub, this.load(user), this.#random());
    if (options !== null) checkOptions(options);
    const chosen = await choose(this.#room, user.name, options, known?.row.options ?? {});

    const shown = typeof displayName === 'string' ? cleanDisplayName(displayName) : displayName;

    const entry = known ?? (await this.#reservations.make(user, name));
    // Nothing waits from here to the move: of two starts at once, one finds the other pending.
    this.#reservations.checkFree(user, name);
    checkMayStart(entry.phase, label);
    checkLoad(hub, this.load(user), this.#random());
    entry.move('start');
    if (shown !== undefined) entry.note({ displayName: shown });
    entry.run = beginStart(this.#room, entry, user, chosen, caller);
    return { done: entry.run.done };
  }

  async stop(caller: Caller, user: User, name: string, reason: string): Promise<{ readonly done: Promise<void> }> {
    this.#checkScope(caller, 'delete:servers', user, name);
    const entry = this.#room.entries.get(user.name, name);
    return { done: entry === undefined ? Promise.resolve() : this.#stopEntry(entry, caller, reason) };
  }

  async remove(caller: Caller, user: User, name: string): Promise<{ readonly done: Promise<void> }> {
    this.#checkScope(caller, 'delete:servers', user, name);
    if (name === '')
      throw new TshubError('bad_request', { problem: 'The default server can be stopped, but not removed' });
    const entry = this.#room.entries.get(user.name, name);
    if (entry === undefined)
      throw new TshubError('not_found', { what: `server "${printable(name)}" of user "${user.name}"` });
    this.#reservations.checkFree(user, name);
    const work = async (): Promise<void> => {
      await this.#stopEntry(entry, caller, '');
      this.#reservations.checkFree(user, name);
      if (entry.phase !== 'stopped' || this.#room.entries.get(user.name, name) !== entry) return;
      this.#room.entries.remove(entry);
      await this.#room.store.remove(entry.row.id);
      await this.#room.onRenamed(user.name);
    };
    return { done: heard(work()) };
  }

  #checkScope(caller: Caller, scope: ScopeName, user: User, server: string): void {
    requireScope(caller, [scope], this.#room.access.server(user.name, server));
  }

  load(user: User): Load {
    const { entries } = this.#room;
    const named = entries.ofUser(user.id).filter(({ row }) => row.name !== '').length;
    return {
      active: entries.activeCount,
      starting: entries.count('starting'),
      named: named + this.#reservations.makingFor(user),
    };
  }

  /** Stops everything of a user, for whoever changes the user as a whole. */
  async stopAll(caller: Caller, user: User): Promise<void> {
    await Promise.all(this.#room.entries.ofUser(user.id).map((entry) => this.#stopEntry(entry, caller, '')));
  }

  #stopEntry(entry: Entry, caller: Caller, reason: string): Promise<void> {
    const { user, name } = entry.row;
    if (entry.phase === 'stopped') return Promise.resolve();
    if (entry.phase === 'stopping') return entry.stopping ?? Promise.resolve();
    const order = stopOrder(caller, user, reason);
    const { run } = entry;
    const isStarting = entry.phase === 'starting';
    entry.move('stop');
    entry.check?.abort();
    if (isStarting && run !== null) {
      this.#room.log.info(
        { event: order.event, user, server: name, unit: entry.unit, ...order.who },
        `the start of ${serverLabel(user, name)} was cancelled${order.told}`,
      );
      run.abort.abort(cancelled);
    }
    const work = isStarting && run !== null ? run.done.then(ignore, ignore) : runStop(this.#room, entry, order);
    entry.stopping = heard(work.finally(() => (entry.stopping = null)));
    return entry.stopping;
  }
}

/** Whoever asked may be gone by the time it fails; that must not end the hub. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(ignore);
  return work;
}

function ignore(): void {}
