import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/** A process that is measured, with its children (nginx works in one). */
export class Measured {
  readonly child: ChildProcess;
  #said = '';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const note = (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-4000));
    this.child.stdout?.on('data', note);
    this.child.stderr?.on('data', note);
  }

  /** Resolves when something listens on the port. */
  async listens(port: number): Promise<this> {
    for (let i = 0; i < 200; i++) {
      if (this.child.exitCode !== null) throw new Error(`${this.child.spawnfile} ended: ${this.#said}`);
      if (await canConnect(port)) return this;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`nothing listens on port ${port}: ${this.#said}`);
  }

  /** CPU seconds so far. */
  cpu(): number {
    return this.#pids().reduce((sum, pid) => sum + cpuOf(pid), 0);
  }

  /** Resident KiB. */
  memory(): number {
    return this.#pids().reduce((sum, pid) => sum + memoryOf(pid), 0);
  }

  /** CPU seconds of the process itself. */
  ownCpu(): number {
    return cpuOf(this.child.pid ?? 0);
  }

  /** Milliseconds of CPU that its main thread has had: not those of the compiler and the collector, which are in nobody's way. */
  threadMs(): number {
    return Number(readFileSync(`/proc/${this.child.pid ?? 0}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  }

  /** Resident KiB of the process itself. */
  ownMemory(): number {
    return memoryOf(this.child.pid ?? 0);
  }

  shield(cpus: string): void {
    for (const pid of this.#pids()) shield(pid, cpus);
  }

  /** Throws when it has ended. */
  check(): void {
    if (this.child.exitCode !== null) throw new Error(`${this.child.spawnfile} ended: ${this.#said}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(timer);
  }

  #pids(): number[] {
    const own = this.child.pid ?? 0;
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === own);
    return [own, ...children.map(Number)];
  }
}

/** Gives a process these CPUs, as taskset writes them, before all that other people run there: latencies are then its own. Needs root. */
export function shield(pid: number, cpus: string): void {
  place(pid, cpus, '--rr', '1');
}

export function unshield(pid: number, cpus: string): void {
  place(pid, cpus, '--other', '0');
}

function place(pid: number, cpus: string, policy: string, priority: string): void {
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cpus, String(pid)], { stdio: 'ignore' });
  execFileSync('chrt', ['--all-tasks', policy, '--pid', priority, String(pid)], { stdio: 'ignore' });
}

function statOf(pid: number | string): string[] {
  try {
    // The name, in parentheses, may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function parentOf(pid: string): number {
  return Number(statOf(pid)[1] ?? -1);
}

const ticksPerSecond = 100;

function cpuOf(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / ticksPerSecond;
}

function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
