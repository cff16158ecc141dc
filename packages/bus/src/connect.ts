import { authenticatedSocket, Link, messageTypes, type Message } from './link.ts';
import { socketPaths, systemBusAddress } from './address.ts';
import { BusError } from './bus-error.ts';
import { callsOf, propertyOf, rawCall } from './call.ts';
import { CallerUids } from './caller.ts';
import { dbusDaemon } from './external.ts';
import { Server } from './serve.ts';
import { Signals } from './signals.ts';
import type { Bus } from './types.ts';
import { toWire } from './values.ts';

export interface ConnectOptions {
  /** A D-Bus address; the system bus if left out. */
  readonly address?: string;
  /** Told of failures that were survived, in one sentence that says what happens instead. */
  readonly onProblem?: (sentence: string, error: unknown) => void;
}

const doNotQueue = 4;
const primaryOwner = 1;
const alreadyOwner = 4;

/** Connects to a bus; throws daemon_away if there is none. A method that is called before serve() is answered UnknownObject. */
export async function connectBus(options: ConnectOptions = {}): Promise<Bus> {
  const { address = systemBusAddress(process.env), onProblem = () => undefined } = options;
  const socket = await authenticatedSocket(socketPaths(address));
  const take = (message: Message): void => {
    if (message.type === messageTypes.call) void server.handle(message);
    else if (message.type === messageTypes.signal) signals.dispatch(message);
  };
  const link = new Link(socket, take, onProblem);
  const uids = new CallerUids(link);
  const server = new Server(link, uids, onProblem);
  const signals = new Signals(link, onProblem);
  const daemon = callsOf(link, dbusDaemon);
  const uniqueName = await daemon.Hello();

  return {
    uniqueName,
    serve: (table, implementation, serveOptions) => server.add(table, implementation, serveOptions),
    emit(table, signal, args, destination) {
      const types = (table.signals[signal]?.args ?? []).map(({ type }) => type);
      link.send({
        type: messageTypes.signal,
        path: table.path,
        interface: table.name,
        member: signal,
        signature: types.join(''),
        body: types.map((type, i) => toWire(type, (args as unknown[])[i])),
        ...(destination !== undefined && { destination }),
      });
    },
    async own(name) {
      const answer = await daemon.RequestName(name, doNotQueue);
      if (answer === primaryOwner || answer === alreadyOwner) return;
      throw new BusError('org.freedesktop.DBus.Error.AddressInUse', `the bus name ${name} is taken by another process`);
    },
    calls: (table, callOptions) => callsOf(link, table, callOptions),
    property: (table, name) => propertyOf(link, table, name),
    raw: (call) => rawCall(link, call),
    onSignal: (match, hear) => signals.listen(match, hear),
    onOwnerChange: (name, hear) => signals.onOwnerChange(name, hear),
    uidOf: (name) => uids.uidOf(name),
    nameHasOwner: (name) => daemon.NameHasOwner(name),
    lost: link.lost,
    close: () => link.close(),
  };
}
