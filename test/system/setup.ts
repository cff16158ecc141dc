import { execa } from 'execa';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeAccounts, type Person } from './support/accounts.ts';
import { Machine, eventually } from './support/machine.ts';
import { filesBelow } from '../support/files.ts';
import { noteSecret, secretsFile } from './support/secrets.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    machine: { name: string; address: string };
    passwords: Record<Person, string>;
    deb: string;
  }
}

/** What the machine of the suite is configured to: limits that can be read back, and a culler that does not get in the way. */
const settings = `
[spawner]
mem_limit = "1G"
cpu_limit = 1.5
tasks_max = 900
readonly_paths = ["/opt", "-/no/such/path"]
readwrite_paths = ["/opt/shared"]
environment = { COURSE = "algebra" }

[culler]
timeout = 86400

[login]
blocked_users = ["erin"]
`;

/** Boots one machine with the package installed, for all files that do not say they destroy it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = join(import.meta.dirname, '../../dist');
  const deb = filesBelow(dist, '.deb').map((name) => join(dist, name))[0];
  if (deb === undefined) throw new Error('no package in dist/: run scripts/build first');
  writeFileSync(secretsFile, '', { mode: 0o600 });
  // Another name lets two runs stand beside each other.
  const name = process.env['TSHUB_TEST_MACHINE'] ?? 'tshub-test';
  await execa(join(import.meta.dirname, '../../scripts/machine'), ['stop', name], { reject: false });
  const machine = await Machine.start(name);
  await install(machine, deb);
  const passwords = await makeAccounts(machine);
  noteSecret(...Object.values(passwords));
  await machine.sh('mkdir -p /opt/shared && chmod 1777 /opt/shared');
  await machine.write('/etc/tshub/tshub.toml', settings);
  // These files restart daemons more often in a minute than people do, or than a daemon that fails may.
  for (const daemon of ['tshub', 'tshub-proxyd', 'tshub-cullerd', 'tshub-spawnerd'])
    await machine.write(`/run/systemd/system/${daemon}.service.d/test.conf`, '[Unit]\nStartLimitIntervalSec=0\n');
  await machine.run(['systemctl', 'daemon-reload']);
  await machine.run(['systemctl', 'enable', '--now', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  project.provide('machine', { name: machine.name, address: machine.address });
  project.provide('passwords', passwords);
  project.provide('deb', deb);
  return async () => {
    if (process.env['TSHUB_KEEP_MACHINE'] === undefined) await machine.stop();
  };
}

/** Installs the package as an administrator would, without a network. */
export async function install(machine: Machine, deb: string): Promise<string> {
  await machine.push(deb, '/root/tshub.deb');
  const { out, err } = await machine.run(
    ['apt-get', 'install', '--yes', '--no-install-recommends', '/root/tshub.deb'],
    { environment: { DEBIAN_FRONTEND: 'noninteractive' } },
  );
  return `${out}\n${err}`;
}
