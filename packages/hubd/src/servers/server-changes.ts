import { TshubError } from '@tshub/contract';
import { requireScope } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import { choose } from './choices.ts';
import { cleanDisplayName } from './display-name.ts';
import type { Entry } from './entry.ts';
import { checkNamed, type Load } from './limits.ts';
import { checkOptions } from './options.ts';
import type { Reservations } from './reservations.ts';
import type { Room } from './room.ts';
import type { Server, ServerChanges as Changes } from './server.ts';
import { checkServerName, printable, serverLabel } from './server-name.ts';
import type { ServerChange } from './servers-store.ts';

/** What is done to servers that do not run: made, renamed, called otherwise (the peer's 6.0). */
export class ServerChanges {
  readonly #room: Room;
  readonly #reservations: Reservations;
  readonly #load: (user: User) => Load;

  constructor(room: Room, reservations: Reservations, load: (user: User) => Load) {
    this.#room = room;
    this.#reservations = reservations;
    this.#load = load;
  }

  async create(caller: Caller, user: User, name: string, given: Omit<Changes, 'name'>): Promise<Server> {
    this.#checkScope(caller, user, name);
    const label = serverLabel(user.name, name);
    this.#reservations.checkFree(user, name);
    const isKnown = this.#room.entries.get(user.name, name) !== undefined || this.#reservations.isMaking(user, name);
    // The default server there always is.
    if (name === '' || isKnown) throw new TshubError('server_exists', { server: label });
    const change = clean(given);
    await this.#checkChoice(user, change);
    checkNamed(this.#room.settings().hub, name, true, this.#load(user));
    const entry = await this.#reservations.make(user, name);
    await this.#change(entry, change);
    return entry.view();
  }

  async update(caller: Caller, user: User, name: string, given: Changes): Promise<Server> {
    this.#checkScope(caller, user, name);
    const { name: newName = name, ...rest } = given;
    if (newName !== name) this.#checkNewName(caller, user, name, newName);
    const change = clean(rest);
    await this.#checkChoice(user, change);
    return this.#reservations.hold(user, name, async () => {
      const entry = await this.#stopped(user, name);
      if (newName !== name && this.#room.entries.get(user.name, newName) !== undefined)
        throw new TshubError('server_exists', { server: serverLabel(user.name, newName) });
      await this.#change(entry, change);
      if (newName === name) return entry.view();
      await this.#room.store.rename(entry.row.id, newName);
      this.#room.entries.remove(entry);
      const renamed = this.#room.entries.add({ ...entry.row, name: newName });
      await this.#room.onRenamed(user.name);
      return renamed.view();
    });
  }

  async #change(entry: Entry, change: ServerChange): Promise<void> {
    if (Object.keys(change).length > 0) await entry.change(this.#room.store, change);
  }

  /** The entry of a server that does not run; that of the default server is made if it never did. */
  async #stopped(user: User, name: string): Promise<Entry> {
    const known = this.#room.entries.get(user.name, name);
    if (known === undefined && name !== '')
      throw new TshubError('not_found', { what: `Server ${printable(name)} of ${user.name}` });
    const entry = known ?? (await this.#reservations.make(user, name));
    if (entry.phase === 'stopped') return entry;
    throw new TshubError('bad_request', {
      problem: `${serverLabel(user.name, name)} is running; it can be changed when it is stopped`,
    });
  }

  #checkNewName(caller: Caller, user: User, name: string, newName: string): void {
    if (name === '' || newName === '')
      throw new TshubError('bad_request', { problem: 'The default server has no name that could be changed' });
    checkServerName(newName);
    // Whoever may only start this one must not make another of it.
    this.#checkScope(caller, user, newName);
  }

  /** Options for a later start must be on offer now; whether they still are is asked again then. */
  async #checkChoice(user: User, { options }: ServerChange): Promise<void> {
    if (options !== undefined) await choose(this.#room, user.name, options, {});
  }

  #checkScope(caller: Caller, user: User, server: string): void {
    requireScope(caller, ['start:servers'], this.#room.access.server(user.name, server));
  }
}

function clean({ displayName, options }: Omit<Changes, 'name'>): ServerChange {
  return {
    ...(displayName !== undefined && { displayName: displayName === null ? null : cleanDisplayName(displayName) }),
    ...(options !== undefined && { options: checkOptions(options) }),
  };
}
