import { Readable } from 'node:stream';
import { serverPrefix } from '@tshub/contract';
import { pause } from './waiting.ts';
import type { ProgressEvent } from './server.ts';

/** More than any start tells; a server that writes without end must not fill the hub's memory. */
const mostEvents = 500;

/** Who watches one start at once: tabs of a browser, not connections without end, of which the proxy has only so many to the hub. */
export const mostListeners = 20;

/** What one start has told so far. Whoever listens hears all of it from the beginning. */
export class ProgressLog {
  readonly #events: ProgressEvent[] = [];
  #over = false;
  #listeners = 0;
  #wakers = new Set<() => void>();

  get events(): readonly ProgressEvent[] {
    return this.#events;
  }

  get isFull(): boolean {
    return this.#listeners >= mostListeners;
  }

  get hasListeners(): boolean {
    return this.#listeners > 0;
  }

  add(event: ProgressEvent): void {
    if (this.#over || this.#events.length >= mostEvents) return;
    this.#events.push(event);
    this.#wake();
  }

  /** The last event; nothing is added after it. */
  finish(event: ProgressEvent): void {
    if (this.#over) return;
    this.#events.push(event);
    this.#over = true;
    this.#wake();
  }

  /** All events, until the last one or until the signal. */
  async *listen(signal: AbortSignal): AsyncGenerator<ProgressEvent> {
    this.#listeners += 1;
    try {
      for (let next = 0; !signal.aborted;) {
        const event = this.#events[next];
        if (event !== undefined) {
          next += 1;
          yield event;
        } else if (this.#over) return;
        else await this.#change(signal);
      }
    } finally {
      this.#listeners -= 1;
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wakers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wakers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}

/** The last event of a start that went well; a browser goes to its url. */
export function readyEvent(user: string, name: string): ProgressEvent {
  const url = serverPrefix(user, name);
  const shown = escapeHtml(url);
  return {
    progress: 100,
    ready: true,
    message: `Server ready at ${url}`,
    html_message: `Server ready at <a href="${shown}">${shown}</a>`,
    url,
  };
}

/** The last event of a start that failed. */
export function failedEvent(reason: string, log: readonly string[] = []): ProgressEvent {
  const message = `Spawn failed: ${reason}`;
  return { progress: 100, failed: true, message, html_message: escapeHtml(message), ...(log.length > 0 && { log }) };
}

export const cancelledEvent: ProgressEvent = {
  progress: 100,
  failed: true,
  message: 'Spawn cancelled',
  html_message: 'Spawn cancelled',
};

/** Events as server-sent events, with an empty line every 8 s so that nothing on the way gives up (peer's contract 2.4). */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<ProgressEvent>,
  keepAliveMs = 8000,
): Readable {
  const ended = new AbortController();
  const stream = new Readable({
    read: () => undefined,
    destroy(error, callback) {
      ended.abort();
      callback(error);
    },
  });
  const keepAlive = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      stream.push('\n\n');
      await pause(keepAliveMs, ended.signal);
    }
  };
  const copy = async (): Promise<void> => {
    for await (const event of events(ended.signal)) stream.push(`data: ${JSON.stringify(event)}\n\n`);
    ended.abort();
    stream.push(null);
  };
  void keepAlive();
  copy().catch((error: unknown) => stream.destroy(error as Error));
  return stream;
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char);
}
