import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { paths } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { type Proxy, startProxy } from '../proxy.ts';
import { type PublicFront, startPublicFront } from '../public-front.ts';
import { noStore } from '../routes-store.ts';
import type { Beginning, FromThread, Question, Report, ThreadSettings, ToThread } from './messages.ts';

export interface ServeParts {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly say: (message: FromThread) => void;
  /** Folders below which user servers have their sockets. */
  readonly socketRoots?: readonly string[];
  /** The hub's socket. */
  readonly hubSocket?: string;
}

/** How often the first thread hears what goes on here without asking. */
const reportMs = 5_000;

/** What a further thread does. Gives what hears the first thread's messages, which it takes one after another. */
export function serveInThread(parts: ServeParts): (message: ToThread) => void {
  let served: Promise<Served> | undefined;
  return (message) => {
    if (message.kind === 'begin') {
      served = Served.begin(parts, message);
      // Whoever waits for it hears of it, too; nobody may be there yet.
      served.catch(() => undefined);
      served.then(
        () => parts.say({ kind: 'ready' }),
        (error: unknown) =>
          queueMicrotask(() => {
            throw error;
          }),
      );
    } else void served?.then((thread) => thread.hear(message));
  };
}

class Served {
  #parts: ServeParts;
  #proxy: Proxy;
  #front: PublicFront | null;
  #applyReload: () => Promise<void> = async () => undefined;
  #hurry = new AbortController();
  #reportedAt = 0;
  #timer: NodeJS.Timeout;

  static async begin(parts: ServeParts, { beginning, routes }: Extract<ToThread, { kind: 'begin' }>): Promise<Served> {
    const { settings, hasFront } = beginning;
    const { log, clock, hubSocket = paths.hubSocket } = parts;
    log.level = settings.logging.level;
    const proxy = await startProxy({
      settings: settings.proxy,
      routeSettings: settings.proxy_routes,
      brand: settings,
      hstsMaxAge: settings.proxy_tls.hsts_max_age,
      listen: null,
      hub: { socket: hubSocket, uids: [0, beginning.hubUid] },
      store: noStore,
      log,
      clock,
      peer: peerCredentials,
      ...(parts.socketRoots === undefined ? {} : { socketRoots: parts.socketRoots }),
    });
    proxy.routes.apply(routes.map((route) => ({ kind: 'set', route })));
    const front = hasFront ? await frontFor(parts, beginning, proxy) : null;
    return new Served(parts, proxy, front);
  }

  private constructor(parts: ServeParts, proxy: Proxy, front: PublicFront | null) {
    this.#parts = parts;
    this.#proxy = proxy;
    this.#front = front;
    this.#timer = setInterval(() => this.#proxy.open() > 0 && this.#report(), reportMs);
  }

  hear(message: Exclude<ToThread, { kind: 'begin' }>): void {
    switch (message.kind) {
      case 'connection':
        return this.#serve(message.id, message.fd);
      case 'threads':
        return this.#proxy.shareWith(message.count);
      case 'ticket-keys':
        return this.#front?.setTicketKeys(message.keys);
      case 'certificates':
        return this.#readCertificates(message.ticketKeys);
      case 'make-room':
        return this.#proxy.makeRoom();
      case 'hurry':
        return this.#hurry.abort();
      case 'question': {
        const { id, question } = message;
        const answer = (problem?: string) =>
          this.#parts.say({ kind: 'answer', id, ...(problem === undefined ? {} : { problem }) });
        this.#do(question).then(
          () => answer(),
          (error: unknown) => answer(error instanceof Error ? error.message : String(error)),
        );
      }
    }
  }

  #serve(id: number, fd: number): void {
    const gone = () => this.#parts.say({ kind: 'gone', id });
    let socket: Socket;
    try {
      socket = new Socket({ fd, allowHalfOpen: true, readable: true, writable: true });
    } catch (error) {
      this.#parts.log.warn({ error }, 'a connection cannot be taken over; closing it');
      closeSync(fd);
      return gone();
    }
    socket.once('close', gone);
    (this.#front ?? this.#proxy).serve(socket);
  }

  async #do(question: Question): Promise<void> {
    switch (question.kind) {
      case 'routes':
        return this.#proxy.routes.apply(question.changes);
      case 'prepare-reload':
        return this.#prepareReload(question.settings);
      case 'apply-reload':
        return this.#applyReload();
      case 'report':
        return this.#report();
      case 'leave':
        await this.#proxy.leave();
        return this.#report();
      case 'close':
        await this.#proxy.close({ hasSuccessor: question.hasSuccessor, hurry: this.#hurry.signal });
        clearInterval(this.#timer);
        this.#front?.stop();
        this.#report();
    }
  }

  #prepareReload(settings: ThreadSettings): void {
    const apply = this.#proxy.prepareReload(settings);
    this.#applyReload = async () => {
      apply();
      this.#parts.log.level = settings.logging.level;
      // Last: of all this it alone can still fail, when a file has changed since the first thread read it.
      await this.#front?.reload(settings);
    };
  }

  #readCertificates(ticketKeys: Uint8Array): void {
    this.#front?.readAgain(ticketKeys).catch((error: unknown) => {
      const says = 'a changed certificate cannot be used by a further thread; it goes on with the one from before';
      this.#parts.log.warn({ error }, says);
    });
  }

  #report(): void {
    const { counters, counts, routes } = this.#proxy;
    const since = this.#reportedAt;
    this.#reportedAt = this.#parts.clock();
    const report: Report = {
      requests: counters.requests,
      upgrades: counters.upgrades,
      websockets: counters.websockets,
      answers: counters.answers,
      handshakes: counts.read('tshub_proxy_tls_handshakes'),
      handshakeFailures: counts.read('tshub_proxy_tls_handshake_failures'),
      activity: routes.activeSince(since),
    };
    this.#parts.say({ kind: 'report', report });
  }
}

function frontFor(parts: ServeParts, beginning: Beginning, proxy: Proxy): Promise<PublicFront> {
  const { settings, hostNames, ticketKeys } = beginning;
  return startPublicFront({
    settings,
    listen: [],
    proxy,
    peer: peerCredentials,
    folder: paths.proxyKeys,
    hostNames,
    log: parts.log,
    clock: parts.clock,
    ...(ticketKeys === null ? {} : { ticketKeys }),
  });
}
