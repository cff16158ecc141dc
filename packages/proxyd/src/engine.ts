import type { Duplex } from 'node:stream';
import type { ClientFacts } from './client-facts.ts';
import type { Connections } from './connections.ts';
import type { Destination, Forwarding } from './destination.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './route-table.ts';

/** What speaks HTTP on connections, wherever they come from. */
export interface Engine {
  /** Takes a connection over, with whatever was put back into it (unshift); ends it when it is done. */
  serve(stream: Duplex, facts: ClientFacts): void;
}

export interface EngineParts extends Forwarding {
  readonly table: RouteTable<Route>;
  readonly hub: Destination;
  readonly connections: Connections;
}
