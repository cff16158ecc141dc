import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PrivateBus {
  readonly address: string;
  stop(): Promise<void>;
}

/** Everybody may do everything here: what is refused in a test is refused by tshub. */
const configuration = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
  </policy>
</busconfig>
`;

/** Starts a dbus-daemon of its own, reachable for every uid of this host. */
export async function startPrivateBus(): Promise<PrivateBus> {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-bus-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'bus.conf');
  writeFileSync(file, configuration(join(folder, 'bus')));
  const daemon = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()));
  const address = await firstLine(daemon);
  return {
    address,
    async stop() {
      daemon.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function firstLine(daemon: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    daemon.once('error', (cause) =>
      reject(new Error('dbus-daemon does not run; install the package dbus-daemon', { cause })),
    );
    daemon.once('close', (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
    if (daemon.stdout !== null) createInterface(daemon.stdout).once('line', resolve);
  });
}
