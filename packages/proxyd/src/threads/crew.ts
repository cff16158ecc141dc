import type { Socket } from 'node:net';
import type { Log } from '@tshub/daemon';
import { duplicate } from '@tshub/native';
import type { Counters } from '../destination.ts';
import type { Counts } from '../metrics.ts';
import type { RouteChange, Routes } from '../routes.ts';
import { descriptorOf } from '../upstream.ts';
import { Member } from './member.ts';
import type { Beginning, ThreadSettings } from './messages.ts';
import type { Thread } from './thread.ts';
import { Turns } from './turns.ts';

/** Further threads of this process, and when there are some. */
export interface ThreadOptions {
  /** Threads that there may be, with the first one. */
  readonly most: () => number;
  readonly start: () => Thread;
  readonly beginning: () => Beginning;
  /** busy() of the first thread. */
  readonly busyHere: () => number;
  /** Milliseconds between two looks at how busy everybody is; nobody looks while nobody connects. */
  readonly lookMs?: number;
  /** A thread has failed: what it served is lost, and this process with it. */
  readonly onFailure: (error: Error) => void;
}

export interface CrewParts extends ThreadOptions {
  readonly routes: Routes;
  readonly counters: Counters;
  readonly counts: Counts;
  readonly log: Log;
  /** How many threads there are now. */
  readonly onSize: (count: number) => void;
  /** How many connections the other threads have now. */
  readonly onConnections: (count: number) => void;
}

/** A thread that is busier than this takes no more if another can be had. */
const busyFrom = 0.7;
/** How often threads are asked whether they still answer: perhaps nobody else asks them anything, and they are given connections. */
const watchMs = 20_000;
/** After a thread could not begin, for which there is no hurry: the others serve. */
const retryMs = 60_000;
/** A thread that has not begun after this never will. */
const beginMs = 30_000;
/** Even a thread that has no time at all gets a connection now and then: what it is busy with may end. */
const leastWeight = 0.05;

/**
 * The threads that serve connections beside the first one, which accepts them all: so limits on connections are exact, and
 * there is one place that knows. One is added when those that are there are busy; none is taken away.
 */
export class Crew {
  #parts: CrewParts;
  #members: Member[] = [];
  #turns = new Turns([1]);
  #lookedAt = performance.now();
  /** By connection: who waits for its end. */
  #open = new Map<number, (() => void) | null>();
  #ids = new WeakMap<Socket, number>();
  #lastId = 0;
  #isLeaving = false;
  /** What a reload under way is about to apply. */
  #prepared: ThreadSettings | null = null;
  #watch: NodeJS.Timeout | undefined;
  /** When a thread last could not begin. */
  #failedAt = -retryMs;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /** Connections that the other threads have. */
  get connections(): number {
    return this.#open.size;
  }

  /** Threads that serve, with the first one. */
  get size(): number {
    return 1 + this.#members.filter(({ isReady }) => isReady).length;
  }

  /** Whether another thread has it from now on; what is left of it here is closed. To be called before anything is read. */
  take(socket: Socket): boolean {
    if (this.#isLeaving || socket.destroyed) return false;
    const now = performance.now();
    const { lookMs = 1000 } = this.#parts;
    if (now - this.#lookedAt >= lookMs) this.#look(now);
    const member = this.#members[this.#turns.next() - 1];
    if (member === undefined) return false;
    let fd: number;
    try {
      fd = duplicate(descriptorOf(socket));
    } catch {
      // Out of descriptors: no reason not to serve it here.
      return false;
    }
    const id = ++this.#lastId;
    this.#ids.set(socket, id);
    this.#open.set(id, null);
    member.tell({ kind: 'connection', id, fd });
    socket.destroy();
    this.#parts.onConnections(this.#open.size);
    return true;
  }

  /** Calls back once the connection has ended, wherever it was served. */
  whenGone(socket: Socket, then: () => void): void {
    socket.once('close', () => {
      const id = this.#ids.get(socket);
      if (id === undefined || !this.#open.has(id)) then();
      else this.#open.set(id, then);
    });
  }

  /** Has those closed that only wait for a next request. */
  makeRoom(): void {
    for (const member of this.#members) member.tell({ kind: 'make-room' });
  }

  setTicketKeys(keys: Uint8Array): void {
    for (const member of this.#members) member.tell({ kind: 'ticket-keys', keys });
  }

  /** Has certificates read again, whose files have changed. */
  readCertificates(ticketKeys: Uint8Array): void {
    for (const member of this.#members) member.tell({ kind: 'certificates', ticketKeys });
  }

  /** Resolves when all threads go by these changes. */
  async spread(changes: readonly RouteChange[]): Promise<void> {
    await Promise.all(this.#members.map((member) => member.ask({ kind: 'routes', changes })));
  }

  /** Resolves when everything counted is what it is now. */
  async collect(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.ask({ kind: 'report' })));
  }

  /** Rejects with config_invalid when a thread cannot use these settings; nothing is changed yet. */
  async prepareReload(settings: ThreadSettings): Promise<void> {
    this.#prepared = settings;
    await Promise.all(this.#members.map((member) => member.ask({ kind: 'prepare-reload', settings })));
  }

  /** `ticketKeys` as the first thread has them after it. */
  async applyReload(ticketKeys: Uint8Array | null): Promise<void> {
    this.#prepared = null;
    await Promise.all(this.#members.map((member) => member.ask({ kind: 'apply-reload' })));
    if (ticketKeys !== null) this.setTicketKeys(ticketKeys);
  }

  /** Answers from now on are the last on their connection. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await Promise.all(this.#members.map((member) => member.ask({ kind: 'leave' })));
  }

  /** Lets the threads end what they have, as Proxy.close does, and then ends them. */
  async close({ hasSuccessor = false, hurry }: { hasSuccessor?: boolean; hurry?: AbortSignal }): Promise<void> {
    this.#isLeaving = true;
    const hurryAll = () => {
      for (const member of this.#members) member.tell({ kind: 'hurry' });
    };
    hurry?.addEventListener('abort', hurryAll);
    if (hurry?.aborted === true) hurryAll();
    await Promise.all(this.#members.map((member) => member.close(hasSuccessor)));
    hurry?.removeEventListener('abort', hurryAll);
    clearInterval(this.#watch);
  }

  #look(now: number): void {
    this.#lookedAt = now;
    const busy = [this.#parts.busyHere(), ...this.#members.map((member) => member.busy())];
    // One that is starting has no turn yet, and whoever is busy may be so with starting it.
    if (this.#members.every(({ isReady }) => isReady)) {
      const mayAdd = busy.length < this.#parts.most() && now - this.#failedAt >= retryMs;
      if (mayAdd && Math.min(...busy) > busyFrom) this.#tryAdd(busy.length + 1);
      this.#turns = new Turns(busy.map((part) => Math.max(leastWeight, 1 - part)));
    }
  }

  #tryAdd(count: number): void {
    try {
      this.#add(count);
    } catch (error) {
      // The kernel gives no further thread.
      this.#goOnWithout(undefined, error);
    }
  }

  #add(count: number): void {
    const { start, beginning, routes, counters, counts, log, onSize, onFailure } = this.#parts;
    const thread = start();
    const deadline = setTimeout(() => {
      thread.end();
      this.#goOnWithout(member, new Error(`it has not begun within ${beginMs / 1000} s`));
    }, beginMs).unref();
    const member: Member = new Member({
      thread,
      counters,
      counts,
      routes,
      onFailure: (error) => {
        clearTimeout(deadline);
        if (member.isReady) onFailure(error);
        else this.#goOnWithout(member, error);
      },
      onReady: () => {
        clearTimeout(deadline);
        if (!this.#members.includes(member)) return;
        log.info(`those that serve are busy: ${count} threads do from now on`);
        onSize(count);
        for (const one of this.#members) one.tell({ kind: 'threads', count });
        // One that does not answer is a failure, which is told elsewhere.
        this.#watch ??= setInterval(() => void this.collect().catch(() => undefined), watchMs).unref();
      },
      onGone: (id) => {
        const then = this.#open.get(id);
        this.#open.delete(id);
        this.#parts.onConnections(this.#open.size);
        then?.();
      },
    });
    this.#members.push(member);
    member.tell({ kind: 'begin', beginning: beginning(), routes: routes.list() });
    if (this.#prepared !== null) void member.ask({ kind: 'prepare-reload', settings: this.#prepared });
  }

  /** It has served nobody yet. A file that the settings name may be broken by now, which those that serve have read before. */
  #goOnWithout(member: Member | undefined, error: unknown): void {
    // Its end is told after its error.
    if (member !== undefined && !this.#members.includes(member)) return;
    this.#members = this.#members.filter((one) => one !== member);
    this.#failedAt = performance.now();
    this.#parts.log.warn({ error }, 'a further thread cannot begin; going on with those that serve');
  }
}
