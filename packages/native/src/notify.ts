import { addon } from './load.ts';

/** Tells the service manager something (sd_notify(3)): `READY=1`, `STATUS=…`. False when it could not be told. */
export function notify(socketPath: string, state: string): boolean {
  return addon.sendDatagram(socketPath, Buffer.from(state), false) === 0;
}
