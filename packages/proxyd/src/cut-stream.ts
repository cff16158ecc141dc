import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Ends a connection within an answer: after what was written of it, if that is soon taken. `isOpenEnded`: an ordinary end would
 * mean that the answer is whole, so only a reset tells that it is not.
 */
export function cutStream(stream: Duplex, isOpenEnded: boolean): void {
  while (stream.writableCorked > 0) stream.uncork();
  if (isOpenEnded && canReset(stream)) {
    // With bytes still waiting, the caller's limit ends what cannot be sent; a client so slow sees its answer end too early anyway.
    if (stream.writableLength === 0) stream.resetAndDestroy();
    else stream.once('drain', () => stream.resetAndDestroy());
  } else stream.end(() => stream.destroy());
}

/** Resets are a thing of bare TCP. */
function canReset(stream: Duplex): stream is Socket {
  return stream instanceof Socket && !(stream instanceof TLSSocket) && stream.remoteFamily !== undefined;
}
