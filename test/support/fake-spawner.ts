import { randomBytes } from 'node:crypto';
import type { Calls } from '@tshub/bus';
import {
  serverSocket,
  serverUnit,
  serviceUnit,
  type ServiceStatus,
  type spawner1,
  TshubError,
  type UnitStatus,
  units,
  type WireDict,
} from '@tshub/contract';
import type { WatchEvent, WatchUnits } from '../../packages/hubd/src/servers/watch-units.ts';
import { Gates } from './gates.ts';

export interface StartSeen {
  readonly user: string;
  readonly server: string;
  readonly profile: string;
  readonly options: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface UnitEnding {
  /** As systemd says it: success, exit-code, oom-kill, … */
  readonly result: string;
  readonly exitCode: number;
  readonly exitStatus: number;
  /** spawnerd's sentence. */
  readonly reason: string;
}

/** spawnerd and the service manager behind it: units in memory, ends that are told to whoever watches. */
export class FakeSpawner {
  readonly gates = new Gates();
  readonly units = new Map<string, UnitStatus>();
  readonly services = new Map<string, ServiceStatus>();
  readonly starts: StartSeen[] = [];
  readonly limits: Array<{ user: string; server: string; limits: Readonly<Record<string, bigint>> }> = [];
  readonly logs = new Map<string, string[]>();
  isAway = false;
  /** What the next starts answer with, instead of starting. */
  startError: TshubError | null = null;
  uidOf: (user: string) => number = () => 1000;
  readonly #watchers = new Set<(event: WatchEvent) => void>();

  readonly calls: Calls<typeof spawner1> = {
    Start: (user, server, profile, options, environment) =>
      this.#answer('Start', () => {
        this.starts.push({ user, server, profile, options, environment });
        if (this.startError !== null) throw this.startError;
        return wire(this.run(user, server));
      }),
    Stop: (user, server) =>
      this.#answer('Stop', () => {
        const unit = serverUnit(user, server);
        if (!this.units.delete(unit)) return;
        this.#tell({ kind: 'ended', unit, last: { result: 'success', code: 1, status: 0 } });
      }),
    Show: (user, server) =>
      this.#answer('Show', () => {
        const status = this.units.get(serverUnit(user, server));
        if (status === undefined) throw new TshubError('not_found', { what: serverUnit(user, server) });
        return wire(status);
      }),
    List: () => this.#answer('List', () => [...this.units.values()].map(wire)),
    Log: (user, server, lines, _since) =>
      this.#answer('Log', () => (this.logs.get(serverUnit(user, server)) ?? []).slice(-lines)),
    ListServices: () => this.#answer('ListServices', () => [...this.services.values()].map((one) => ({ ...one }))),
    StartService: (service) =>
      this.#answer('StartService', () => {
        if (this.startError !== null) throw this.startError;
        this.services.set(service, {
          service,
          unit: serviceUnit(service),
          active: 'active',
          sub: 'running',
          result: 'success',
          exitCode: 0,
          exitStatus: 0,
          invocation: randomBytes(16).toString('hex'),
          pid: 4711,
          reason: '',
        });
      }),
    StopService: (service) => this.#answer('StopService', () => void this.services.delete(service)),
    SetLimits: (user, server, limits) =>
      this.#answer('SetLimits', () => void this.limits.push({ user, server, limits })),
    Forget: (user, server) =>
      this.#answer('Forget', () => {
        const unit = serverUnit(user, server);
        if (this.units.get(unit)?.active === 'failed') this.units.delete(unit);
      }),
  };

  readonly watchUnits: WatchUnits = async (hear) => {
    this.#watchers.add(hear);
    return () => void this.#watchers.delete(hear);
  };

  /** A unit that runs, as a start makes it. Throws already_running. */
  run(user: string, server: string): UnitStatus {
    const unit = serverUnit(user, server);
    if (this.isRunning(user, server)) throw new TshubError('already_running', { server: unit });
    const status: UnitStatus = {
      user,
      server,
      unit,
      active: 'active',
      sub: 'running',
      result: 'success',
      exitCode: 0,
      exitStatus: 0,
      invocation: randomBytes(16).toString('hex'),
      uid: this.uidOf(user),
      target: `unix:${serverSocket(user, server)}`,
      reason: '',
      detail: '',
      dynamic: false,
      memoryCurrent: 100_000_000n,
      cpuNanoseconds: 1_500_000_000n,
    };
    this.units.set(unit, status);
    return status;
  }

  isRunning(user: string, server = ''): boolean {
    return this.units.get(serverUnit(user, server))?.active === 'active';
  }

  /** The server ends by itself. A clean exit leaves no unit; any other one stays failed until Forget. */
  end(user: string, server: string, ending: UnitEnding): void {
    const unit = serverUnit(user, server);
    const status = this.units.get(unit);
    if (status === undefined) throw new Error(`${unit} does not run`);
    if (ending.result === 'success') this.units.delete(unit);
    else this.units.set(unit, { ...status, ...ending, active: 'failed', sub: 'failed' });
    this.#tell({
      kind: 'ended',
      unit,
      last: { result: ending.result, code: ending.exitCode, status: ending.exitStatus },
    });
  }

  /** The service manager or the proxy tells something. */
  tell(event: WatchEvent): void {
    this.#tell(event);
  }

  /** Nobody hears anything any more: the hub was killed. */
  dropWatchers(): void {
    this.#watchers.clear();
  }

  #tell(event: WatchEvent): void {
    for (const hear of [...this.#watchers]) hear(event);
  }

  #answer<T>(method: string, work: () => T): Promise<T> {
    return this.gates.pass(method, () => {
      if (this.isAway) throw new TshubError('daemon_away', { unit: units.spawner });
      return work();
    });
  }
}

/** As it comes over the bus: what is not counted is not there. */
function wire(status: UnitStatus): WireDict {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined)) as WireDict;
}
