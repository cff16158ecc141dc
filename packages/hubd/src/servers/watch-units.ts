import { type Bus, systemd1Manager } from '@tshub/bus';
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
const nothing: ServiceResult = { result: '', code: 0, status: 0 };

/** Follows the units of user servers over the bus: one match for all of them. */
export function makeWatchUnits(bus: Pick<Bus, 'calls' | 'onSignal' | 'onOwnerChange'>): WatchUnits {
  return async (hear) => {
    const last = new Map<string, ServiceResult>();
    const sender = systemd1Manager.busName;
    const stops = [
      await bus.onSignal(
        { sender, pathNamespace: unitPaths, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged' },
        (signal) => {
          // Before what it carries is read: most units are not ours.
          if (!signal.path.startsWith(ourPaths)) return;
          const unit = unitOfPath(signal.path);
          if (parseServerUnit(unit) === null) return;
          const [iface, changed] = signal.args as [string, Record<string, unknown>];
          const ended = noteChange(last, unit, iface, changed);
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

/** Keeps what a unit says of its program, which comes before the state; gives the end when the state says so. */
function noteChange(
  last: Map<string, ServiceResult>,
  unit: string,
  iface: string,
  changed: Readonly<Record<string, unknown>>,
): WatchEvent | null {
  if (iface === 'org.freedesktop.systemd1.Service') {
    const before = last.get(unit) ?? nothing;
    last.set(unit, {
      result: textOr(changed['Result'], before.result),
      code: numberOr(changed['ExecMainCode'], before.code),
      status: numberOr(changed['ExecMainStatus'], before.status),
    });
    return null;
  }
  if (iface !== 'org.freedesktop.systemd1.Unit') return null;
  const state = changed['ActiveState'];
  if (state !== 'inactive' && state !== 'failed') return null;
  const said = last.get(unit) ?? nothing;
  last.delete(unit);
  return { kind: 'ended', unit, last: said };
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
