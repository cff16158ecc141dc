import type { Interface, WireTypes } from '@tshub/contract';
import { BusError } from './bus-error.ts';
import { messageFlags, type Link } from './link.ts';
import type { Callable, CallOptions, Calls, RawCall } from './types.ts';
import { fromWire, toWire, Variant } from './values.ts';

/** Table -> one typed function for each method. */
export function callsOf<I extends Callable>(link: Link, table: I, options: CallOptions = {}): Calls<I> {
  const calls = Object.entries(table.methods).map(([member, method]) => {
    const call = async (...args: unknown[]): Promise<unknown> => {
      const body = await link.call({
        destination: table.busName,
        path: table.path,
        interface: table.name,
        member,
        signature: method.in.map(({ type }) => type).join(''),
        body: method.in.map(({ type }, i) => toWire(type, args[i])),
        ...callHeader(options),
      });
      return resultOf(table, member, method.out, body);
    };
    return [member, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Calls<I>;
}

/** One property of a service of ours. */
export async function propertyOf<I extends Interface, P extends keyof I['properties'] & string>(
  link: Link,
  table: I,
  name: P,
): Promise<WireTypes[I['properties'][P]['type']]> {
  const [value] = await link.call({
    destination: table.busName,
    path: table.path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [table.name, name],
  });
  const { type } = table.properties[name] as { type: string };
  return fromWire(type, value instanceof Variant ? value.value : value) as WireTypes[I['properties'][P]['type']];
}

/** Any call, for what no table describes. */
export function rawCall(link: Link, call: RawCall): Promise<unknown[]> {
  const { timeoutMs, interactive, ...rest } = call;
  return link.call({
    ...rest,
    ...callHeader({
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(interactive !== undefined && { interactive }),
    }),
  });
}

interface RawCalls {
  raw(call: RawCall): Promise<unknown[]>;
}

/** Properties.GetAll of any object, variants unwrapped: bigint for `t` and `x`, Uint8Array for `ay`. */
export async function getProperties(
  bus: RawCalls,
  destination: string,
  path: string,
  iface: string,
): Promise<Record<string, unknown>> {
  const [values] = await bus.raw({
    destination,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'GetAll',
    signature: 's',
    body: [iface],
    isBare: true,
  });
  return values as Record<string, unknown>;
}

function callHeader({ timeoutMs, interactive = false }: CallOptions): {
  flags: number;
  timeoutMs?: number;
} {
  return {
    flags: interactive ? messageFlags.interactive : 0,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function resultOf(
  table: Callable,
  member: string,
  out: readonly { type: string }[],
  body: readonly unknown[],
): unknown {
  if (body.length !== out.length) {
    throw new BusError(
      'org.freedesktop.DBus.Error.InvalidSignature',
      `${table.name}.${member} answered ${body.length} values, expected ${out.length}`,
    );
  }
  const values = out.map(({ type }, i) => fromWire(type, body[i]));
  return out.length < 2 ? values[0] : values;
}
