import { MessageChannel } from 'node:worker_threads';
import type { FromThread, ToThread } from '../../packages/proxyd/src/threads/messages.ts';
import { serveInThread, type ServeParts } from '../../packages/proxyd/src/threads/serve.ts';
import type { Thread } from '../../packages/proxyd/src/threads/thread.ts';

/** What a further thread does, in this one: it goes by the test's clock, and what it is told crosses a real channel. */
export function threadHere(parts: Omit<ServeParts, 'say'>): Thread {
  const { port1, port2 } = new MessageChannel();
  const hear = serveInThread({ ...parts, say: (message) => port2.postMessage(message) });
  port2.on('message', (message: ToThread) => hear(message));
  return {
    tell: (message) => port1.postMessage(message),
    onMessage: (hearMessage) => void port1.on('message', (message: FromThread) => hearMessage(message)),
    onFailure: () => undefined,
    busy: () => 0,
    end: () => port1.close(),
  };
}
