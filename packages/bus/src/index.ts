export { BusError } from './bus-error.ts';
export { getProperties } from './call.ts';
export { connectBus, type ConnectOptions } from './connect.ts';
export { dbusDaemon, polkitAuthority, systemd1Manager } from './external.ts';
export { interfaceXml, introspectionXml } from './introspect.ts';
export type {
  Bus,
  BusCaller,
  Callable,
  CallOptions,
  Calls,
  Implementation,
  RawCall,
  ReceivedSignal,
  Refusal,
  ServeOptions,
  SignalMatch,
} from './types.ts';
export { unwrap, Variant, variant } from './values.ts';
