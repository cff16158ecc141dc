import { errorFromBusName, receivedError, TshubError, units } from '@tshub/contract';

/** An error of the bus, or of a service that is not ours. */
export class BusError extends Error {
  override readonly name = 'BusError';
  /** Such as `org.freedesktop.DBus.Error.AccessDenied`. */
  readonly busName: string;

  constructor(busName: string, message: string, options?: { cause?: unknown }) {
    super(message === '' ? busName : message, options);
    this.busName = busName;
  }
}

const prefix = 'org.freedesktop.DBus.Error.';
/** Names for which the right advice is to look at the service. */
const away = new Set(
  ['Disconnected', 'NameHasNoOwner', 'NoReply', 'ServiceUnknown', 'Timeout', 'TimedOut'].map((name) => prefix + name),
);

const unitOfName: Readonly<Record<string, string>> = {
  'org.freedesktop.PolicyKit1': 'polkit.service',
  'org.tshub.Culler1': units.culler,
  'org.tshub.Hub1': units.hub,
  'org.tshub.Proxy1': units.proxy,
  'org.tshub.Spawner1': units.spawner,
};

/** The error that a caller of `destination` sees for an error reply. */
export function errorOfReply(destination: string, busName: string, message: string): TshubError | BusError {
  const code = errorFromBusName(busName);
  if (code !== undefined) return receivedError(code, message);
  const error = new BusError(busName, message);
  return away.has(busName) || busName.startsWith(`${prefix}Spawn.`) ? daemonAway(destination, error) : error;
}

/** `destination` does not answer; the message names its unit. */
export function daemonAway(destination: string, cause: unknown): TshubError {
  return new TshubError('daemon_away', { unit: unitOfName[destination] ?? 'dbus.service' }, { cause });
}
