import { execa } from 'execa';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { filesBelow } from '../support/files.ts';
import { install } from '../system/setup.ts';
import { makeAccounts } from '../system/support/accounts.ts';
import { eventually, Machine } from '../system/support/machine.ts';
import { noteSecret, secretsFile } from '../system/support/secrets.ts';

const name = 'tshub-limits';
const needed = ['cpu', 'io', 'memory', 'pids'];

/** Files of this suite put their own [spawner] beside this. */
const settings = `
[hub]
allow_named_servers = true
redirect_to_server = false

[culler]
timeout = 86400
`;

/** Boots a machine whose kernel enforces limits: on this host if it can, else with a kernel of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = join(import.meta.dirname, '../../dist');
  const deb = filesBelow(dist, '.deb').map((file) => join(dist, file))[0];
  if (deb === undefined) throw new Error('no package in dist/: run scripts/build first');
  writeFileSync(secretsFile, '', { mode: 0o600 });
  const missing = missingControllers();
  const backend = missing.length === 0 ? 'nspawn' : 'uml';
  console.log(
    backend === 'nspawn'
      ? 'limits: on this host, whose control groups have every controller'
      : `limits: under User Mode Linux, since this host cannot give its machines: ${missing.join(', ')}`,
  );
  await execa(join(import.meta.dirname, '../../scripts/machine'), ['stop', name], { reject: false });
  const machine = await Machine.start(name, 'jupyter', backend);
  await install(machine, deb);
  const passwords = await makeAccounts(machine);
  noteSecret(...Object.values(passwords));
  await machine.push(join(import.meta.dirname, 'support/program.py'), '/opt/program.py');
  await machine.write('/etc/tshub/tshub.toml', settings);
  await machine.run(['systemctl', 'enable', '--now', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  project.provide('machine', { name: machine.name, address: machine.address });
  project.provide('passwords', passwords);
  project.provide('deb', deb);
  return async () => {
    if (process.env['TSHUB_KEEP_MACHINE'] === undefined) await machine.stop();
  };
}

/** What a machine in systemd-nspawn would lack here; controllers are handed down only where the host has nothing but cgroup v2. */
function missingControllers(): string[] {
  const file = '/sys/fs/cgroup/cgroup.controllers';
  const there = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [];
  const missing = needed.filter((one) => !there.includes(one));
  return existsSync('/run/systemd/system') ? missing : [...missing, 'a service manager to delegate them'];
}
