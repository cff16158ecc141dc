import type { Duplex } from 'node:stream';
import type { ClientFacts } from './client-facts.ts';

/** What speaks HTTP on connections, wherever they come from. */
export interface Engine {
  /** Takes a connection over, with whatever was put back into it (unshift); ends it when it is done. */
  serve(stream: Duplex, facts: ClientFacts): void;
}
