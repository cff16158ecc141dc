import type { Calls } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import { type ServiceStatus, serviceStatus, type spawner1 } from '@tshub/contract';
import type { Log } from '@tshub/daemon';

export interface ManagedParts {
  readonly settings: () => Pick<Settings, 'services'>;
  readonly spawner: Pick<Calls<typeof spawner1>, 'ListServices' | 'StartService' | 'StopService'>;
  readonly log: Log;
  /** Called when a service may have got its account with its start. */
  readonly onStarted: () => Promise<void>;
}

/** Services whose command tshub runs, as units that spawnerd makes of root's settings: never children of the hub. */
export interface ManagedServices {
  /** Starts what the settings want and does not run, and stops what they want no more. Never throws. */
  keep(): Promise<void>;
  /** What runs them is told by the service manager; of one that is none of ours, undefined. */
  states(): Promise<ReadonlyMap<string, ServiceStatus>>;
}

export function makeManagedServices({ settings, spawner, log, onStarted }: ManagedParts): ManagedServices {
  const wanted = (): string[] =>
    Object.entries(settings().services).flatMap(([name, { command }]) => (command.length === 0 ? [] : [name]));
  const states = async (): Promise<Map<string, ServiceStatus>> => {
    const list = (await spawner.ListServices()).map((status) => serviceStatus.parse(status));
    return new Map(list.map((status) => [status.service, status]));
  };
  const attempt = async (service: string, what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ service, error }, `the service ${service} was not ${what}, going on: ${reason}`);
    }
  };
  return {
    async keep() {
      const names = wanted();
      for (const name of names) await attempt(name, 'started', () => spawner.StartService(name));
      await attempt('', 'looked for', async () => {
        for (const name of (await states()).keys())
          if (!names.includes(name)) await attempt(name, 'stopped', () => spawner.StopService(name));
      });
      if (names.length > 0) await attempt('', 'published', onStarted);
    },
    async states() {
      return wanted().length === 0 ? new Map() : states();
    },
  };
}
