import { serverPrefix, serverUnit } from '@tshub/contract';
import { Entry } from './entry.ts';
import type { ServerRow } from './servers-store.ts';
import type { Phase } from './state.ts';

export type OnMove = (entry: Entry, from: Phase, to: Phase) => void;

/** Every server that has a row, found by its unit's name, by its owner, and by whether it is active. */
export class Entries {
  readonly #byUnit = new Map<string, Entry>();
  readonly #byPrefix = new Map<string, Entry>();
  readonly #byUser = new Map<number, Set<Entry>>();
  readonly #active = new Set<Entry>();
  readonly #counts = new Map<Phase, number>();
  readonly #listeners = new Set<OnMove>();

  /** Tells of every move, after it, until the returned function is called. */
  onMove(listener: OnMove): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get(user: string, name: string): Entry | undefined {
    return this.#byUnit.get(serverUnit(user, name));
  }

  byUnit(unit: string): Entry | undefined {
    return this.#byUnit.get(unit);
  }

  byPrefix(prefix: string): Entry | undefined {
    return this.#byPrefix.get(prefix);
  }

  ofUser(userId: number): readonly Entry[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  active(): readonly Entry[] {
    return [...this.#active];
  }

  get activeCount(): number {
    return this.#active.size;
  }

  count(phase: Phase): number {
    return this.#counts.get(phase) ?? 0;
  }

  add(row: ServerRow): Entry {
    const entry = new Entry(row, (moved, from, to) => this.#moved(moved, from, to));
    this.#byUnit.set(entry.unit, entry);
    this.#byPrefix.set(serverPrefix(row.user, row.name), entry);
    const ofUser = this.#byUser.get(row.userId) ?? new Set();
    this.#byUser.set(row.userId, ofUser.add(entry));
    return entry;
  }

  remove(entry: Entry): void {
    this.#byUnit.delete(entry.unit);
    this.#byPrefix.delete(serverPrefix(entry.row.user, entry.row.name));
    this.#active.delete(entry);
    const ofUser = this.#byUser.get(entry.row.userId);
    ofUser?.delete(entry);
    if (ofUser?.size === 0) this.#byUser.delete(entry.row.userId);
  }

  #moved(entry: Entry, from: Phase, to: Phase): void {
    this.#counts.set(from, this.count(from) - 1);
    this.#counts.set(to, this.count(to) + 1);
    if (to === 'stopped') this.#active.delete(entry);
    else this.#active.add(entry);
    for (const listener of this.#listeners) listener(entry, from, to);
  }
}
