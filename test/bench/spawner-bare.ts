// Runs in the machine of the bench, as root: bare.mjs USER... Starts a server for each with as little as that takes, and prints how long it took.
import { mkdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connectBus } from '@tshub/bus';
import { loadSettings } from '@tshub/config';
import { serverPrefix, serverSocket, serverUnit } from '@tshub/contract';
import { userByName } from '@tshub/native';
import { systemClock } from '../../packages/spawnerd/src/clock.ts';
import { systemFiles } from '../../packages/spawnerd/src/files.ts';
import { formatEnvFile } from '../../packages/spawnerd/src/launch/env-file.ts';
import { serverEnvironment } from '../../packages/spawnerd/src/launch/environment.ts';
import { runAsAccount } from '../../packages/spawnerd/src/launch/run-as.ts';
import { unitProperties } from '../../packages/spawnerd/src/launch/unit-properties.ts';
import { connectSystemd1 } from '../../packages/spawnerd/src/systemd1.ts';

const folder = '/run/bench-env';
const settings = loadSettings({ rootOwned: false }).spawner;
const bus = await connectBus();
const systemd1 = await connectSystemd1(bus, systemClock);
mkdirSync(folder, { recursive: true, mode: 0o700 });

async function start(user: string): Promise<void> {
  const name = { user, server: '' };
  const account = await userByName(user);
  if (account === null) throw new Error(`there is no account ${user}`);
  const runAs = runAsAccount(account, settings, name);
  const given = { JUPYTERHUB_USER: user, JUPYTERHUB_SERVICE_PREFIX: serverPrefix(user, '') };
  const variables = serverEnvironment(given, name, runAs, settings);
  const envFile = `${folder}/${user}.env`;
  await systemFiles.writeSecret(envFile, formatEnvFile(variables));
  const properties = unitProperties({
    name,
    runAs,
    program: settings.command[0] ?? '',
    envFile,
    path: variables['PATH'] ?? '',
    port: null,
    profile: '',
    settings,
  });
  const job = await systemd1.startTransientUnit(serverUnit(user, ''), properties);
  const result = await systemd1.jobResult(job, 60_000);
  if (result !== 'done') throw new Error(`${user}: ${result}`);
  while (!(await answers(serverSocket(user, '')))) await new Promise((resolve) => setTimeout(resolve, 20));
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/', agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(true));
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

const users = process.argv.slice(2);
const cpu = process.cpuUsage();
const began = performance.now();
await Promise.all(users.map(start));
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
for (const name of users) {
  const job = await systemd1.stopUnit(serverUnit(name, ''));
  if (job !== null) await systemd1.jobResult(job, 60_000);
}
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ seconds, cpuMs: (user + system) / 1000 }));
await bus.close();
