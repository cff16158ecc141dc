import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endAfter } from '@tshub/native';
import type { Notifier } from './notify.ts';

/**
 * A stand-in that the service manager takes for the daemon; ends when its third descriptor does. Its parent is gone by then, so
 * that its end is told to the service manager.
 */
const script = 'cat <&3 >/dev/null & echo $!';

/**
 * Lets the unit end while this process goes on, for at most `lastsMs`: it becomes one more process of the unit, where
 * KillMode=process leaves it alone, and the next start need not wait. False when the service manager did not take part.
 */
export async function handOver(notifier: Notifier, lastsMs: number): Promise<boolean> {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  const exited = new Promise<void>(
    (resolve) => void child.once('error', () => resolve()).once('exit', () => resolve()),
  );
  const standIn = child.stdio[3];
  standIn?.on('error', () => undefined);
  let pid = '';
  child.stdout?.setEncoding('latin1').on('data', (text: string) => (pid += text));
  await Promise.all([exited, child.stdout && once(child.stdout, 'close')]);
  const isTaken = /^\d+\n$/.test(pid) && (await notifier.handOver(Number(pid)));
  standIn?.destroy();
  // Nobody watches it any more: the kernel ends it if it is there for longer, even with its event loop stuck.
  if (isTaken) endAfter(Math.ceil(lastsMs / 1000));
  return isTaken;
}
