import { createConnection, type Socket } from 'node:net';
import { BusError, daemonAway, errorOfReply } from './bus-error.ts';
import { Framing } from './codec/framing.ts';
import { ReceivedMessage, writeMessage } from './codec/message.ts';
import { authenticate } from './handshake.ts';
import type { RawCall } from './types.ts';

/** One connection to a bus: messages out, replies and everything else in. Why no library: docs/design/decisions/0060-bus-codec.md. */

export const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;
export const messageFlags = { noReply: 1, noAutoStart: 2, interactive: 4 } as const;

export type Message = ReceivedMessage;

export interface OutgoingMessage {
  readonly type: number;
  readonly flags?: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface Call extends Omit<RawCall, 'interactive'> {
  readonly flags?: number;
}

interface Pending {
  readonly isBare: boolean;
  readonly resolve: (body: unknown[]) => void;
  readonly reject: (error: Error) => void;
  readonly destination: string;
  readonly timer: NodeJS.Timeout | undefined;
}

export const defaultTimeoutMs = 25_000;

/** The system bus refuses a connection's calls when 128 of them wait for answers (max_replies_per_connection); further ones wait here for their turn. */
export const mostPending = 120;

export class Link {
  /** Settles when the connection is gone without close() having been asked for. */
  readonly lost: Promise<Error>;
  #socket: Socket;
  #serial = 0;
  #isGathering = false;
  #pending = new Map<number, Pending>();
  readonly #waiting: (() => void)[] = [];
  #gone: Error | undefined;
  #closing = false;
  #onIncoming: (message: ReceivedMessage) => void;
  #onProblem: (sentence: string, error: unknown) => void;

  constructor(
    socket: Socket,
    onIncoming: (message: ReceivedMessage) => void,
    onProblem: (sentence: string, error: unknown) => void,
  ) {
    this.#socket = socket;
    this.#onIncoming = onIncoming;
    this.#onProblem = onProblem;
    this.lost = new Promise((resolve) => {
      const end = (error: Error) => {
        this.#fail(error);
        if (!this.#closing) resolve(error);
      };
      socket.on('error', end);
      socket.on('close', () => end(new Error('the message bus closed the connection')));
    });
    const framing = new Framing();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const bytes of framing.push(chunk)) this.#takeOne(bytes);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    // The handshake left it paused.
    socket.resume();
  }

  /** The body of the reply; throws TshubError or BusError. */
  call(call: Call): Promise<unknown[]> {
    const { timeoutMs = defaultTimeoutMs, isBare = false, ...message } = call;
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= mostPending && this.#gone === undefined && !this.#closing) {
        this.#waiting.push(() => void this.call(call).then(resolve, reject));
        return;
      }
      const serial = this.#send({ type: messageTypes.call, ...message }, call.destination);
      const timer =
        timeoutMs === 0
          ? undefined
          : setTimeout(() => {
              this.#answered(serial);
              reject(
                errorOfReply(
                  call.destination,
                  'org.freedesktop.DBus.Error.NoReply',
                  `no answer to ${call.member} within ${timeoutMs} ms`,
                ),
              );
            }, timeoutMs);
      this.#pending.set(serial, { isBare, resolve, reject, destination: call.destination, timer });
    });
  }

  send(message: OutgoingMessage): void {
    this.#send(message, message.destination ?? '');
  }

  close(): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve();
      this.#socket.once('close', () => resolve());
      this.#socket.destroySoon();
    });
  }

  #send(message: OutgoingMessage, destination: string): number {
    if (this.#gone !== undefined || this.#closing)
      throw daemonAway(destination, this.#gone ?? new Error('the connection was closed'));
    this.#serial = (this.#serial % 0xffff_ffff) + 1;
    const bytes = writeMessage({ ...message, serial: this.#serial });
    if (!this.#isGathering) {
      // What is sent in one go is one write.
      this.#isGathering = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
    return this.#serial;
  }

  /** A message that cannot be read is left out; where the next one begins is known all the same. */
  #takeOne(bytes: Buffer): void {
    try {
      this.#take(new ReceivedMessage(bytes));
    } catch (error) {
      this.#onProblem('a message could not be read; ignoring it', error);
    }
  }

  #take(message: ReceivedMessage): void {
    const { type } = message;
    if (type === messageTypes.reply || type === messageTypes.error) return this.#settle(message);
    // What cannot be read is no call; of a signal whoever listens meets it.
    if (type !== messageTypes.signal) void message.body;
    this.#onIncoming(message);
  }

  #settle(message: ReceivedMessage): void {
    const pending = this.#pending.get(message.replySerial);
    if (pending === undefined) return;
    const body = pending.isBare ? message.args : message.body;
    this.#answered(message.replySerial);
    clearTimeout(pending.timer);
    if (message.type === messageTypes.reply) return pending.resolve(body);
    const [text] = body;
    pending.reject(errorOfReply(pending.destination, message.errorName, typeof text === 'string' ? text : ''));
  }

  /** One call less waits for its answer: the next one may be sent. */
  #answered(serial: number): void {
    this.#pending.delete(serial);
    this.#waiting.shift()?.();
  }

  #fail(error: Error): void {
    this.#gone ??= error;
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(
        daemonAway(
          pending.destination,
          new BusError('org.freedesktop.DBus.Error.Disconnected', error.message, { cause: error }),
        ),
      );
    }
    this.#pending.clear();
    // Each finds the connection gone.
    for (const send of this.#waiting.splice(0)) send();
  }
}

/** A connected socket that has proven its uid to the bus (EXTERNAL). Tries the paths in order. */
export async function authenticatedSocket(paths: readonly string[]): Promise<Socket> {
  let problem: unknown = new Error('no usable address of a message bus');
  for (const path of paths) {
    try {
      return await openSocket(path);
    } catch (error) {
      problem = error;
    }
  }
  throw daemonAway('org.freedesktop.DBus', problem);
}

function openSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const ended = () => fail(new Error('the message bus closed the connection'));
    socket.once('error', fail);
    socket.once('close', ended);
    socket.once('connect', () => {
      authenticate(socket, process.geteuid?.() ?? 0).then(() => {
        socket.off('error', fail);
        socket.off('close', ended);
        resolve(socket);
      }, fail);
    });
  });
}
