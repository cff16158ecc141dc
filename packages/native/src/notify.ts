import { Socket } from 'node:net';
import { addon } from './load.ts';

/** Tells the service manager something (sd_notify(3)): `READY=1`, `STATUS=…`. False when it could not be told. */
export function notify(socketPath: string, state: string): boolean {
  return addon.sendDatagram(socketPath, Buffer.from(state), false) === 0;
}

const barrierMs = 5_000;

/** Resolves when the service manager has dealt with all that it was told before; false when it did not say so in time. */
export function notifyBarrier(socketPath: string): Promise<boolean> {
  const fd = addon.sendBarrier(socketPath);
  if (fd < 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = new Socket({ fd, readable: true, writable: false });
    const timer = setTimeout(() => {
      resolve(false);
      end.destroy();
    }, barrierMs);
    end.once('error', () => undefined);
    end.once('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
    end.resume();
  });
}
