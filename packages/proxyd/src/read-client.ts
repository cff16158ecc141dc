import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { copyRead, newBuffer, shared, smallRead, viewRead } from './read-buffer.ts';

/** Where a socket keeps the buffer that it reads into, who is told of a read, and who names the buffer of the next. */
export type OnreadMarks = readonly [buffer: symbol, callback: symbol, next: symbol];

type Inner = Record<symbol, unknown> & { readonly _handle?: { readonly useUserBuffer?: unknown } | null };

const known = onreadMarks();

/** The names of Node 20 to 26; null if this one has others. */
export function onreadMarks(names = ['kBuffer', 'kBufferCb', 'kBufferGen']): OnreadMarks | null {
  const all = Object.getOwnPropertySymbols(new Socket());
  const [buffer, callback, next] = names.map((name) => all.find(({ description }) => description === name));
  return buffer && callback && next ? [buffer, callback, next] : null;
}

/**
 * Has what comes on a client's connection read into the buffer that all share. Node has this (`onread`) for who connects, and no option
 * for who is accepted, so it is put where Node keeps it. false: this is TLS, or another Node; then 64 KiB are made for each read, which
 * is slower and no less right. It is heard as data either way.
 */
export function readClient(stream: Duplex, marks: OnreadMarks | null = known): boolean {
  if (marks === null || !(stream instanceof Socket) || stream instanceof TLSSocket) return false;
  const inner = stream as unknown as Inner;
  const handle = inner._handle;
  if (typeof handle?.useUserBuffer !== 'function' || marks.some((mark) => inner[mark] !== null)) return false;
  const [buffer, callback, next] = marks;
  inner[buffer] = shared;
  inner[callback] = onRead;
  inner[next] = nextBuffer;
  handle.useUserBuffer(shared);
  return true;
}

/** What the socket that has just read reads into next; Node asks as soon as it has told of a read. */
let following = shared;
const nextBuffer = (): Buffer => following;

/** Heard at once, as it is with `onread`; while the socket is paused, or what was put back into it waits, in its turn. */
function onRead(this: Socket, size: number, read: Uint8Array): boolean {
  const isKept = size > smallRead && read !== shared;
  const bytes = isKept ? viewRead(read, size) : copyRead(read, size);
  following = size > smallRead ? newBuffer() : shared;
  if (this.readableFlowing !== true || this.readableLength > 0) return this.push(bytes);
  this.emit('data', bytes);
  return true;
}
