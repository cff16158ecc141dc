import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Systemd1 } from './systemd1.ts';

/** Picks ports for servers that cannot listen on a UNIX socket. */
export interface Ports {
  /** Runs `work` with a port that no other server of tshub has. Whether something else listens there shows later: the proxy asks the kernel whose it is. */
  readonly withPort: <T>(
    systemd1: Systemd1,
    settings: Settings['spawner'],
    work: (port: number) => Promise<T>,
  ) => Promise<T>;
}

const attempts = 50;

/** `random` gives a whole number below its argument. Not the next free one: a port that can be foreseen can be taken before. */
export function makePorts(random: (below: number) => number): Ports {
  const given = new Set<number>();
  return {
    withPort: async (systemd1, { tcp_port_min, tcp_port_max }, work) => {
      const units = await systemd1.listServerUnits();
      const facts = await Promise.all(units.map((unit) => systemd1.unitFacts(unit)));
      const taken = new Set(facts.map((one) => one?.port ?? null));
      for (let attempt = 0; attempt < attempts; attempt++) {
        const port = tcp_port_min + random(tcp_port_max - tcp_port_min + 1);
        if (taken.has(port) || given.has(port)) continue;
        given.add(port);
        try {
          return await work(port);
        } finally {
          given.delete(port);
        }
      }
      const problem = `no free port was found between tcp_port_min ${tcp_port_min} and tcp_port_max ${tcp_port_max}`;
      throw new TshubError('spawn_failed', { problem });
    },
  };
}
