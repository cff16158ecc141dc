import { type Bus, type ReceivedSignal, systemd1Manager } from '@tshub/bus';
import { parseServerUnit, proxy1 } from '@tshub/contract';
import type { ServiceResult } from './end-reason.ts';

/** What the hub is told by the service manager and by the bus. */
export type WatchEvent =
  /** A unit of a user server is not active any more; `last` is what it said of itself before. */
  | { readonly kind: 'ended'; readonly unit: string; readonly last: ServiceResult }
  /** The service manager started over: signals may have been lost. */
  | { readonly kind: 'restarted' }
  /** The proxy is there again, perhaps with other routes. */
  | { readonly kind: 'proxy-back' };

/** Tells of every event from now on, until the returned function is called. */
export type WatchUnits = (hear: (event: WatchEvent) => void) => Promise<() => void>;

const unitPaths = '/org/freedesktop/systemd1/unit';
const ourPaths = `${unitPaths}/tshub_2dserver_2d`;
const serviceInterface = 'org.freedesktop.systemd1.Service';
const unitInterface = 'org.freedesktop.systemd1.Unit';
const endStates: readonly string[] = ['inactive', 'failed'];

/** Follows the units of user servers over the bus: one match for all of them. */
export function makeWatchUnits(bus: Pick<Bus, 'calls' | 'onSignal' | 'onOwnerChange'>): WatchUnits {
  return async (hear) => {
    /** What a service of ours said last: PID 1 tells of its unit right after, so that no other is kept. */
    let said: ReceivedSignal | undefined;
    const sender = systemd1Manager.busName;
    const stops = [
      await bus.onSignal(
        { sender, pathNamespace: unitPaths, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged' },
        (signal) => {
          // Most units are not ours, and of ours only the end is news: a start has some fifteen of these signals, each with dozens of values.
          if (!signal.path.startsWith(ourPaths)) return;
          if (signal.mentions(serviceInterface)) return void (said = signal);
          const service = said?.path === signal.path ? said : undefined;
          said = undefined;
          const ended = endOf(signal, service);
          if (ended !== null) hear(ended);
        },
      ),
      await bus.onSignal({ sender, interface: systemd1Manager.name, member: 'Reloading' }, ({ args }) => {
        if (args[0] === false) hear({ kind: 'restarted' });
      }),
      await bus.onOwnerChange(sender, (owner) => {
        if (owner !== null) void subscribe().then(() => hear({ kind: 'restarted' }));
      }),
      await bus.onOwnerChange(proxy1.busName, (owner) => {
        if (owner !== null) hear({ kind: 'proxy-back' });
      }),
    ];
    const manager = bus.calls(systemd1Manager);
    // Without a subscriber PID 1 keeps its signals to itself. Not answering is no reason to stop: it is tried at its next start.
    const subscribe = (): Promise<unknown> => manager.Subscribe().catch(() => undefined);
    try {
      await manager.Subscribe();
    } catch (error) {
      for (const stop of stops) stop();
      throw error;
    }
    return () => {
      for (const stop of stops) stop();
    };
  };
}

/** The end of one of our units, if that is what the signal tells. PID 1 tells what the service has to say, all of it, right before each change of the unit. */
function endOf(signal: ReceivedSignal, service: ReceivedSignal | undefined): WatchEvent | null {
  if (!endStates.some((state) => signal.mentions(state))) return null;
  const [iface, changed] = signal.args as [string, Record<string, unknown>];
  if (iface !== unitInterface || !endStates.includes(String(changed['ActiveState']))) return null;
  const unit = unitOfPath(signal.path);
  if (parseServerUnit(unit) === null) return null;
  const [, said] = (service?.args ?? []) as [unknown?, Record<string, unknown>?];
  const last = {
    result: textOr(said?.['Result'], ''),
    code: numberOr(said?.['ExecMainCode'], 0),
    status: numberOr(said?.['ExecMainStatus'], 0),
  };
  return { kind: 'ended', unit, last };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** `/org/freedesktop/systemd1/unit/tshub_2dserver_2dada_2eservice` -> `tshub-server-ada.service`. */
export function unitOfPath(path: string): string {
  const label = path.slice(unitPaths.length + 1);
  const bytes = label.replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
