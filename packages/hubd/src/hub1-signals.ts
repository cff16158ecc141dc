import { type ArgumentsOf, type hub1, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Server } from './servers/server.ts';

type Signals = (typeof hub1)['signals'];

/** The hub's side of the bus as far as its private signals need it. */
export interface SignalsOut {
  send<S extends keyof Signals>(destination: string, signal: S, args: ArgumentsOf<Signals[S]['args']>): void;
  /** Calls back when a connection has left the bus. */
  onGone(connection: string, gone: () => void): Promise<() => void>;
}

/** Whose servers somebody sees; null for everybody's. */
type Sees = string | null;

export interface ServerSignals {
  watch(connection: string, sees: Sees): Promise<void>;
  changed(server: Pick<Server, 'user' | 'name'>, state: 'starting' | 'ready' | 'stopped' | 'kept'): void;
  ending(server: Server): void;
}

/** More would be a program that has gone wrong: each connection to the bus counts once. */
const mostWatchers = 1000;

/** Signals about servers, each sent only to those who asked and may see the server: a broadcast would tell everybody who works when. */
export function makeServerSignals(out: SignalsOut | undefined, log: Log): ServerSignals {
  const watchers = new Map<string, Sees>();

  const tell = <S extends keyof Signals>(user: string, signal: S, args: ArgumentsOf<Signals[S]['args']>): void => {
    for (const [connection, sees] of watchers) if (sees === null || sees === user) out?.send(connection, signal, args);
  };

  return {
    async watch(connection, sees) {
      if (out === undefined) return;
      const isNew = !watchers.has(connection);
      if (isNew && watchers.size >= mostWatchers)
        throw new TshubError('bad_request', { problem: `${mostWatchers} programs watch servers already` });
      watchers.set(connection, sees);
      if (!isNew) return;
      const stop = await out.onGone(connection, () => {
        watchers.delete(connection);
        stop();
      });
      log.debug({ connection }, 'somebody watches servers');
    },
    changed({ user, name }, state) {
      tell(user, 'ServerChanged', [user, name, state]);
    },
    ending({ user, name, end }) {
      if (end !== null) tell(user, 'ServerEnding', [user, name, BigInt(end.at), end.why]);
    },
  };
}
