import { serverUnit, TshubError } from '@tshub/contract';
import type { User } from '../users/user.ts';
import type { Entry } from './entry.ts';
import type { Room } from './room.ts';
import { serverLabel } from './server-name.ts';

/** Rows being made, and people whose servers are changed as a whole: nothing of theirs begins until that is over. */
export class Reservations {
  readonly #room: Pick<Room, 'entries' | 'store'>;
  /** By unit: two first starts at once share one. */
  readonly #making = new Map<
    string,
    { readonly userId: number; readonly isNamed: boolean; readonly row: Promise<Entry> }
  >();
  readonly #held = new Set<number>();

  constructor(room: Pick<Room, 'entries' | 'store'>) {
    this.#room = room;
  }

  /** Throws pending while somebody's servers are renamed or removed. */
  checkFree(user: User, name: string): void {
    if (this.#held.has(user.id))
      throw new TshubError('pending', { server: serverLabel(user.name, name), pending: 'rename' });
  }

  /** How many named servers of a user are being made. */
  makingFor(user: User): number {
    return [...this.#making.values()].filter(({ userId, isNamed }) => isNamed && userId === user.id).length;
  }

  isMaking(user: User, name: string): boolean {
    return this.#making.has(serverUnit(user.name, name));
  }

  /** The entry of a server that never had one. */
  make(user: User, name: string): Promise<Entry> {
    const unit = serverUnit(user.name, name);
    const underWay = this.#making.get(unit);
    if (underWay !== undefined) return underWay.row;
    const row = this.#room.store
      .add(user.id, name)
      .then((added) => this.#room.entries.add(added))
      .finally(() => this.#making.delete(unit));
    this.#making.set(unit, { userId: user.id, isNamed: name !== '', row });
    return row;
  }

  /** Does something to the servers of a user while no other begins; throws pending when that is being done already. */
  async hold<T>(user: User, name: string, work: () => Promise<T>): Promise<T> {
    this.checkFree(user, name);
    this.#held.add(user.id);
    try {
      const making = [...this.#making.values()].filter(({ userId }) => userId === user.id);
      await Promise.allSettled(making.map(({ row }) => row));
      return await work();
    } finally {
      this.#held.delete(user.id);
    }
  }
}
