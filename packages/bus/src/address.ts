const systemBus = 'unix:path=/run/dbus/system_bus_socket';

/** Socket paths of a D-Bus address list, in order; an abstract socket begins with NUL. Other transports are left out. */
export function socketPaths(address: string): string[] {
  return address.split(';').flatMap((one) => {
    const [transport, parameters] = splitOnce(one, ':');
    if (transport !== 'unix') return [];
    const pairs = new Map(parameters.split(',').map((pair) => splitOnce(pair, '=')));
    const path = pairs.get('path');
    const abstract = pairs.get('abstract');
    if (path !== undefined) return [decodeURIComponent(path)];
    return abstract === undefined ? [] : [`\0${decodeURIComponent(abstract)}`];
  });
}

/** The system bus: $DBUS_SYSTEM_BUS_ADDRESS, or where it always is. */
export function systemBusAddress(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['DBUS_SYSTEM_BUS_ADDRESS'] ?? systemBus;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
