import { existsSync, readFileSync, watch } from 'node:fs';
import { serverCgroup, units, userCgroup } from '@tshub/contract';

/** What the kernel counts for a control group; null for what this host does not count, or what has no limit. */
export interface CgroupUsage {
  readonly memoryCurrent: number | null;
  readonly memoryPeak: number | null;
  readonly memoryMax: number | null;
  readonly cpuSeconds: number | null;
  /** CPUs that it may use at most, such as 1.5. */
  readonly cpuLimit: number | null;
  readonly tasks: number | null;
  readonly tasksMax: number | null;
  readonly ioReadBytes: number | null;
  readonly ioWriteBytes: number | null;
}

/** How often memory ran out: at the limit of this very group, and how many processes in it were killed for it or for a wider limit. */
interface MemoryEvents {
  readonly atOwnLimit: number;
  readonly killed: number;
}

/** Told that the kernel killed processes of a server, with the limit that was reached as a sentence; `isOld`: before anybody watched. */
export type OnKill = (reason: string, isOld: boolean) => void;

/** Accounting as the kernel's own files have it, open to everybody: no privilege, no other process, microseconds for each. */
export class Cgroups {
  readonly #root: string;
  readonly #slice: () => string;

  /** `slice`: what [spawner] slice says, below which each person has one. */
  constructor(root = '/sys/fs/cgroup', slice: () => string = () => units.usersSlice) {
    this.#root = root;
    this.#slice = slice;
  }

  /** undefined when there is no such group. */
  ofServer(user: string, server: string): Promise<CgroupUsage | undefined> {
    return this.#usage(serverCgroup(user, server, this.#slice()));
  }

  /** All servers of a person together. */
  ofUser(user: string): Promise<CgroupUsage | undefined> {
    return this.#usage(userCgroup(user, this.#slice()));
  }

  /** Tells of kills from now on, until the returned function is called; a group that has seen some before tells of those at once. */
  watchKills(user: string, server: string, onKill: OnKill): () => void {
    const group = serverCgroup(user, server, this.#slice());
    const stopped = new AbortController();
    let seen: MemoryEvents = { atOwnLimit: 0, killed: 0 };
    let isFirst = true;
    let reading = Promise.resolve();
    const look = async (): Promise<void> => {
      const now = memoryEvents(await this.#read(group, 'memory.events'));
      const isOld = isFirst;
      isFirst = false;
      if (stopped.signal.aborted || now.killed <= seen.killed) return;
      const before = seen;
      seen = now;
      const reason = await this.#reason(user, group, now.atOwnLimit > before.atOwnLimit);
      if (!stopped.signal.aborted) onKill(reason, isOld);
    };
    const soon = (): void => void (reading = reading.then(look));
    const events = `${this.#root}${group}/memory.events`;
    // A host without the controller has no such file.
    if (!existsSync(events)) return () => undefined;
    try {
      // The kernel says so when the file changes.
      watch(events, { persistent: false, signal: stopped.signal }, soon).on('error', () => undefined);
    } catch {
      return () => undefined;
    }
    soon();
    return () => stopped.abort();
  }

  async #reason(user: string, group: string, isOwnLimit: boolean): Promise<string> {
    const [own, ofUser] = await Promise.all([
      this.#number(group, 'memory.max'),
      this.#number(userCgroup(user, this.#slice()), 'memory.max'),
    ]);
    if (isOwnLimit && own !== null) return `out of memory: limit ${sayLimit(own)}`;
    if (ofUser !== null) return `out of memory: limit ${sayLimit(ofUser)} for all servers of ${user} together`;
    return 'out of memory: the host has none left';
  }

  async #usage(group: string): Promise<CgroupUsage | undefined> {
    const cpu = await this.#read(group, 'cpu.stat');
    if (cpu === null) return undefined;
    const [memoryCurrent, memoryPeak, memoryMax, quota, tasks, tasksMax, io] = await Promise.all([
      this.#number(group, 'memory.current'),
      this.#number(group, 'memory.peak'),
      this.#number(group, 'memory.max'),
      this.#read(group, 'cpu.max'),
      this.#number(group, 'pids.current'),
      this.#number(group, 'pids.max'),
      this.#read(group, 'io.stat'),
    ]);
    const microseconds = /^usage_usec (\d+)$/m.exec(cpu)?.[1];
    return {
      memoryCurrent,
      memoryPeak,
      memoryMax,
      cpuSeconds: microseconds === undefined ? null : Number(microseconds) / 1e6,
      cpuLimit: cpusOf(quota),
      tasks,
      tasksMax,
      ioReadBytes: sumOf(io, 'rbytes'),
      ioWriteBytes: sumOf(io, 'wbytes'),
    };
  }

  /** A file with one number, or `max` for none. */
  async #number(group: string, file: string): Promise<number | null> {
    const text = (await this.#read(group, file))?.trim();
    return text === undefined || !/^\d+$/.test(text) ? null : Number(text);
  }

  /** The kernel answers from memory within microseconds: waiting for it in another thread would cost eight times as much. */
  async #read(group: string, file: string): Promise<string | null> {
    try {
      return readFileSync(`${this.#root}${group}/${file}`, 'utf8');
    } catch {
      return null;
    }
  }
}

function memoryEvents(text: string | null): MemoryEvents {
  const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1] ?? 0);
  return { atOwnLimit: count('oom'), killed: count('oom_kill') };
}

/** Microseconds of each period: `150000 100000`, or `max 100000` for no limit. */
function cpusOf(text: string | null): number | null {
  const [, quota, period] = /^(\d+) (\d+)$/m.exec(text ?? '') ?? [];
  return quota === undefined ? null : Number(quota) / Number(period);
}

/** One line for each device: `8:0 rbytes=1 wbytes=2 …`. */
function sumOf(text: string | null, name: string): number | null {
  if (text === null) return null;
  return [...text.matchAll(new RegExp(`\\b${name}=(\\d+)`, 'g'))].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** `256 MiB`, `1.5 GiB`: the words in which spawnerd tells of the same limit. */
export function sayLimit(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}
