import { serverUnit } from '@tshub/contract';
import type { ProgressLog } from './progress.ts';
import type { ServiceResult } from './end-reason.ts';
import { endNow, type ServerEnd } from './ends.ts';
import type { Server } from './server.ts';
import type { ServerChange, ServerRow, ServersStore } from './servers-store.ts';
import { type Happening, nextPhase, pendingOf, type Phase } from './state.ts';

/** A start under way. */
export interface Run {
  readonly abort: AbortController;
  readonly progress: ProgressLog;
  done: Promise<Server>;
  /** Told that the unit's state changed: time to look. */
  look(): void;
}

/** One server in the memory of the hub: its row, what it is doing, and who does it. */
export class Entry {
  #row: ServerRow;
  #phase: Phase = 'stopped';
  #lastKill: Server['lastKill'] = null;
  #end: ServerEnd | null = null;
  #signs: Server['signs'] = {};
  /** What others saw last; nothing after a change. */
  #view: Server | undefined;
  /** When its last start began; 0 before the first that this hub saw. What its unit wrote before is another run's. */
  began = 0;
  /** The start under way, or the last one: its progress can be told again. */
  run: Run | null = null;
  /** The stop under way. */
  stopping: Promise<void> | null = null;
  /** Whether somebody is finding out if it has really ended. */
  looking = false;
  /** The wait for a server that was running when the hub started. */
  check: AbortController | null = null;
  /** What the unit said of its end, kept until somebody could find out. */
  lastSaid: ServiceResult | null = null;
  /** By the names of the row, which never change: a server of another name is another entry. */
  readonly unit: string;
  readonly #onMove: (entry: Entry, from: Phase, to: Phase) => void;

  constructor(row: ServerRow, onMove: (entry: Entry, from: Phase, to: Phase) => void) {
    this.#row = row;
    this.unit = serverUnit(row.user, row.name);
    this.#onMove = onMove;
  }

  get row(): ServerRow {
    return this.#row;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** When a program of it was last killed for memory, in this run. */
  get lastKill(): Server['lastKill'] {
    return this.#lastKill;
  }

  set lastKill(kill: Server['lastKill']) {
    this.#lastKill = kill;
    this.#view = undefined;
  }

  /** When the culler will stop it, as it last said. */
  get end(): ServerEnd | null {
    return this.#end;
  }

  set end(end: ServerEnd | null) {
    this.#end = end;
    this.#view = undefined;
  }

  /** When each sign of life was last seen, in this run of it and of the hub. */
  get signs(): Server['signs'] {
    return this.#signs;
  }

  /** Keeps the later time. */
  sign(kind: keyof Server['signs'], at: number): void {
    if (at <= (this.#signs[kind] ?? 0)) return;
    this.#signs = { ...this.#signs, [kind]: at };
    this.#view = undefined;
  }

  /** Goes where a happening leads; asking for what cannot happen is a bug. */
  move(happening: Happening): void {
    const from = this.#phase;
    const to = nextPhase(from, happening);
    if (to === undefined) throw new Error(`${this.unit}: "${happening}" while ${from}`);
    this.#phase = to;
    if (to === 'stopped') {
      this.#end = null;
      this.#signs = {};
    }
    this.#view = undefined;
    this.#onMove(this, from, to);
  }

  /** Changes the row here and in the store. */
  async change(store: ServersStore, change: ServerChange): Promise<void> {
    this.note(change);
    await store.change(this.#row.id, change);
  }

  /** Changes the row here alone. */
  note(change: ServerChange): void {
    this.#row = { ...this.#row, ...change };
    this.#view = undefined;
  }

  /** What others see of it: the same object until something of it changes. */
  view(): Server {
    return (this.#view ??= this.#look());
  }

  #look(): Server {
    const { id: _id, tokenId: _token, ...row } = this.#row;
    const phase = this.#phase;
    return {
      ...row,
      active: phase !== 'stopped',
      pending: pendingOf(phase),
      ready: phase === 'ready',
      unit: this.unit,
      lastKill: this.#lastKill,
      signs: this.#signs,
      end: this.#end === null ? null : endNow(this.#end, row),
    };
  }
}
