import type { Calls } from '@tshub/bus';
import { type spawner1, TshubError, type UnitStatus, units, unitStatus } from '@tshub/contract';
import { within } from './waiting.ts';

/** Whose server. */
export interface ServerName {
  readonly user: string;
  readonly name: string;
}

export interface SpawnerTimes {
  /** Milliseconds for a start, a stop, and anything else. */
  readonly start: number;
  readonly stop: number;
  readonly ask: number;
}

export interface StartRequest extends ServerName {
  readonly profile: string;
  readonly options: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** The hub's side of spawnerd: typed answers, and daemon_away when one does not come in time. */
export class SpawnerLink {
  readonly #spawner: Calls<typeof spawner1>;
  readonly #times: () => SpawnerTimes;

  constructor(spawner: Calls<typeof spawner1>, times: () => SpawnerTimes) {
    this.#spawner = spawner;
    this.#times = times;
  }

  async start({ user, name, profile, options, environment }: StartRequest): Promise<UnitStatus> {
    const status = await within(
      this.#times().start,
      this.#spawner.Start(user, name, profile, options, environment),
      late,
    );
    return unitStatus.parse(status);
  }

  /** Stopping what does not run is not an error. */
  async stop({ user, name }: ServerName): Promise<void> {
    await within(this.#times().stop, this.#spawner.Stop(user, name), late);
  }

  /** undefined for a unit that the service manager does not know. */
  async show({ user, name }: ServerName): Promise<UnitStatus | undefined> {
    try {
      return unitStatus.parse(await within(this.#times().ask, this.#spawner.Show(user, name), late));
    } catch (error) {
      if (error instanceof TshubError && (error.code === 'not_found' || error.code === 'not_running')) return undefined;
      throw error;
    }
  }

  async list(): Promise<UnitStatus[]> {
    const servers = await within(this.#times().ask, this.#spawner.List(), late);
    return servers.map((server) => unitStatus.parse(server));
  }

  /** The last lines that were written since then (milliseconds since 1970). */
  async log({ user, name }: ServerName, lines: number, since: number): Promise<readonly string[]> {
    return within(this.#times().ask, this.#spawner.Log(user, name, lines, BigInt(Math.floor(since))), late);
  }

  async setLimits({ user, name }: ServerName, limits: Readonly<Record<string, bigint>>): Promise<void> {
    await within(this.#times().ask, this.#spawner.SetLimits(user, name, limits), late);
  }

  async forget({ user, name }: ServerName): Promise<void> {
    await within(this.#times().ask, this.#spawner.Forget(user, name), late);
  }
}

function late(): TshubError {
  return new TshubError('daemon_away', { unit: units.spawner });
}

/** Whether a unit still has processes, or is about to. */
export function isAlive(status: UnitStatus | undefined): status is UnitStatus {
  return status !== undefined && status.active !== 'inactive' && status.active !== 'failed';
}
