import type { Server, ServerUsage } from '../../servers/server.ts';

/** What a server uses now; `cpu` in CPUs since the look before, null at the first. */
export interface Load {
  readonly usage: ServerUsage;
  readonly cpu: number | null;
}

interface Look {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly cpu: number | null;
}

/** Milliseconds: looks that are closer together say nothing, and what is older says nothing of now. */
const shortest = 1000;
const longest = 120_000;
/** Looks kept; those of servers that ended go when there are more. */
const most = 4000;

/** Looks at what servers use, for as many as are asked about, and remembers it for the next look. */
export class Loads {
  readonly #looks = new Map<string, Look>();
  readonly #usage: (user: string, name: string) => Promise<ServerUsage | undefined>;
  readonly #clock: { now(): number };

  constructor(usage: (user: string, name: string) => Promise<ServerUsage | undefined>, clock: { now(): number }) {
    this.#usage = usage;
    this.#clock = clock;
  }

  async of({ user, name, unit, invocation }: Server): Promise<Load | null> {
    const usage = await this.#usage(user, name).catch(() => undefined);
    if (usage === undefined) return null;
    return { usage, cpu: usage.cpuSeconds === null ? null : this.#cpu(`${unit} ${invocation}`, usage.cpuSeconds) };
  }

  #cpu(key: string, cpuSeconds: number): number | null {
    const now = this.#clock.now();
    const last = this.#looks.get(key);
    if (last !== undefined && now - last.at < shortest) return last.cpu;
    const isFresh = last !== undefined && now - last.at <= longest && cpuSeconds >= last.cpuSeconds;
    const cpu = isFresh ? (cpuSeconds - last.cpuSeconds) / ((now - last.at) / 1000) : null;
    this.#looks.delete(key);
    this.#looks.set(key, { at: now, cpuSeconds, cpu });
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= most) break;
      this.#looks.delete(oldest);
    }
    return cpu;
  }
}
