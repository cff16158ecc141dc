import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/**
 * Lets polkit ask for a password on this terminal, as systemctl does. Resolves when pkttyagent is registered, or is not
 * there: then polkit refuses, and its sentence is told. The returned function ends it.
 */
export async function startPasswordAgent(): Promise<() => Promise<void>> {
  const notifyFd = 3;
  const agent = spawn('pkttyagent', ['--process', String(process.pid), '--notify-fd', String(notifyFd), '--fallback'], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    agent.once('error', () => resolve());
    agent.once('close', () => resolve());
  });
  const ready = agent.stdio[notifyFd] as Readable | null | undefined;
  if (ready !== null && ready !== undefined) {
    ready.resume();
    await Promise.race([once(ready, 'close').catch(() => undefined), ended]);
  }
  return async () => {
    agent.kill();
    await ended;
  };
}
