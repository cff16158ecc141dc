import { createConnection, type Socket } from 'node:net';
import handshake from 'dbus-next/lib/handshake.js';
import codec, { type RawMessage } from 'dbus-next/lib/message.js';
import { BusError, daemonAway, errorOfReply } from './bus-error.ts';
import { decodeBody, encodeBody } from './values.ts';
import type { RawCall } from './types.ts';

/**
 * One connection to a bus: messages out, replies and everything else in.
 *
 * dbus-next's own MessageBus is not used: it never fails a pending call when the connection is gone, answers errors with
 * stacks, drops calls to a name it once saw elsewhere, and one message that it cannot read ends the process.
 */

export const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;
export const messageFlags = { noReply: 1, noAutoStart: 2, interactive: 4 } as const;

export interface Message {
  readonly type: number;
  readonly serial: number;
  readonly flags: number;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly errorName: string;
  readonly replySerial: number;
  readonly destination: string;
  readonly sender: string;
  readonly signature: string;
  readonly body: readonly unknown[];
}

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
  readonly resolve: (body: unknown[]) => void;
  readonly reject: (error: Error) => void;
  readonly destination: string;
  readonly timer: NodeJS.Timeout | undefined;
}

export const defaultTimeoutMs = 25_000;

export class Link {
  /** Settles when the connection is gone without close() having been asked for. */
  readonly lost: Promise<Error>;
  #socket: Socket;
  #serial = 0;
  #pending = new Map<number, Pending>();
  #gone: Error | undefined;
  #closing = false;
  #onIncoming: (message: Message) => void;
  #onProblem: (sentence: string, error: unknown) => void;

  constructor(
    socket: Socket,
    onIncoming: (message: Message) => void,
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
    const guarded = (parse: () => void) => () => this.#parseAll(parse);
    codec.unmarshalMessages(
      {
        on: (event, parse) => void socket.on(event, guarded(parse)),
        read: (size) => socket.read(size) as Buffer | null,
      },
      (raw) => this.#take(raw),
      {},
    );
  }

  /** The body of the reply; throws TshubError or BusError. */
  call(call: Call): Promise<unknown[]> {
    const { timeoutMs = defaultTimeoutMs, ...message } = call;
    return new Promise((resolve, reject) => {
      const serial = this.#send({ type: messageTypes.call, ...message }, call.destination);
      const timer =
        timeoutMs === 0
          ? undefined
          : setTimeout(() => {
              this.#pending.delete(serial);
              reject(
                errorOfReply(
                  call.destination,
                  'org.freedesktop.DBus.Error.NoReply',
                  `no answer to ${call.member} within ${timeoutMs} ms`,
                ),
              );
            }, timeoutMs);
      this.#pending.set(serial, { resolve, reject, destination: call.destination, timer });
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
    const { signature = '', body = [], ...header } = message;
    this.#serial = (this.#serial % 0xffff_ffff) + 1;
    const raw: RawMessage = { ...header, serial: this.#serial };
    if (signature !== '') Object.assign(raw, { signature, body: encodeBody(signature, body) });
    this.#socket.write(codec.marshall(raw)[0]);
    return this.#serial;
  }

  /** The codec has consumed a message before it throws about it, so the next ones can still be read. */
  #parseAll(parse: () => void): void {
    for (;;) {
      try {
        return parse();
      } catch (error) {
        this.#onProblem('a message could not be read; ignoring it', error);
      }
    }
  }

  #take(raw: RawMessage): void {
    const { signature = '', body = [] } = raw;
    const message: Message = {
      type: raw.type,
      serial: raw.serial,
      flags: raw.flags ?? 0,
      path: raw.path ?? '',
      interface: raw.interface ?? '',
      member: raw.member ?? '',
      errorName: raw.errorName ?? '',
      replySerial: raw.replySerial ?? 0,
      destination: raw.destination ?? '',
      sender: raw.sender ?? '',
      signature,
      body: decodeBody(signature, body),
    };
    if (message.type === messageTypes.reply || message.type === messageTypes.error) this.#settle(message);
    else this.#onIncoming(message);
  }

  #settle(message: Message): void {
    const pending = this.#pending.get(message.replySerial);
    if (pending === undefined) return;
    this.#pending.delete(message.replySerial);
    clearTimeout(pending.timer);
    if (message.type === messageTypes.reply) return pending.resolve([...message.body]);
    const [text] = message.body;
    pending.reject(errorOfReply(pending.destination, message.errorName, typeof text === 'string' ? text : ''));
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
      handshake(socket, { authMethods: ['EXTERNAL'] }, (error) => {
        if (error !== null) return fail(error);
        socket.off('error', fail);
        socket.off('close', ended);
        resolve(socket);
      });
    });
  });
}
