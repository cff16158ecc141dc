import { readFile } from 'node:fs/promises';
import { serverCgroup, type ServerEntry } from '@tshub/contract';
import { mapAtMost } from './each.ts';

export interface CpuParts {
  /** Where the kernel's accounting is found; open to everybody. */
  readonly root: string;
  readonly slice: () => string;
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly steady: () => number;
}

interface Sample {
  readonly microseconds: number;
  readonly at: number;
  readonly busy: bigint | 'new';
}

const atOnce = 16;

/** Notices by the CPU time of its control group that a server computes, silent as it may be: one small file for each, read when there is a look. */
export class CpuWatch {
  readonly #parts: CpuParts;
  /** By unit and start: a server that was started again is another one. */
  #samples = new Map<string, Sample>();

  constructor(parts: CpuParts) {
    this.#parts = parts;
  }

  /** When each of these last used the CPU. `threshold`: the CPUs that count as use; null for servers that nobody asks about. */
  async look(
    servers: readonly ServerEntry[],
    threshold: (server: ServerEntry) => number | null,
  ): Promise<ReadonlyArray<bigint | 'new' | undefined>> {
    const next = new Map<string, Sample>();
    const { steady, now } = this.#parts;
    const times = await mapAtMost(atOnce, servers, async (server) => {
      const least = threshold(server);
      if (least === null || !server.ready) return undefined;
      const microseconds = await this.#read(server);
      if (microseconds === null) return undefined;
      const key = `${server.unit} ${server.started}`;
      const before = this.#samples.get(key);
      const at = steady();
      const sample: Sample = { microseconds, at, busy: busyOf(before, microseconds, at, least, now()) };
      next.set(key, sample);
      return sample.busy;
    });
    this.#samples = next;
    return times;
  }

  async #read({ user, server }: ServerEntry): Promise<number | null> {
    const file = `${this.#parts.root}${serverCgroup(user, server, this.#parts.slice())}/cpu.stat`;
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^usage_usec (\d+)$/m.exec(text)?.[1];
    return found === undefined ? null : Number(found);
  }
}

/** A first look tells nothing; from the second on, idle servers have been idle since the first. */
function busyOf(
  before: Sample | undefined,
  microseconds: number,
  at: number,
  least: number,
  now: number,
): Sample['busy'] {
  if (before === undefined) return 'new';
  const cpus = (microseconds - before.microseconds) / 1000 / Math.max(1, at - before.at);
  if (cpus >= least) return BigInt(now);
  return before.busy === 'new' ? 0n : before.busy;
}
