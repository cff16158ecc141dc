import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { type Bus, getProperties, polkitAuthority, systemd1Manager } from '@tshub/bus';
import { loadSettings, type Settings } from '@tshub/config';
import { accounts, pamServices, paths, units } from '@tshub/contract';
import { type LeftBehind, leftBehind } from '../backup/left-behind.ts';
import type { Context } from '../command.ts';
import { unitState, type UnitState } from '../commands/status.ts';
import { kernelConfig } from './kernel.ts';

/** What a check looks at. Gathered once, so that checks are values in, a verdict out. */
export interface HostFacts {
  /** Controllers of cgroup v2; null where it is not mounted. */
  readonly controllers: readonly string[] | null;
  readonly systemdVersion: number;
  readonly nodeVersion: string;
  /** '' when polkit does not answer. */
  readonly polkitVersion: string;
  readonly settings: Settings | null;
  /** What is wrong with the settings; '' if nothing. */
  readonly settingsProblem: string;
  readonly missingFiles: readonly string[];
  readonly missingAccounts: readonly string[];
  /** The stack of the session of user servers; '' when it cannot be read. */
  readonly serverPam: string;
  readonly units: readonly UnitState[];
  readonly freeBytes: Readonly<Record<string, bigint>>;
  /** The program of a server with its path, and its version if it tells one; null when it is not found. */
  readonly program: { readonly path: string; readonly version: string } | null;
  /** null where nothing tells. */
  readonly isClockSynchronized: boolean | null;
  readonly userNamespaces: number;
  /** How the running kernel was made; null when nothing tells. */
  readonly kernelConfig: string | null;
  /** What restores have left beside the places of the hub. */
  readonly leftBehind: readonly LeftBehind[];
  /** People for whom journald keeps a file apart; 0 where it does not, or may not be looked at. */
  readonly peopleInJournal: number;
}

const usualFolders = ['/usr/local/bin', '/usr/bin', '/bin'];
const watchedFolders = [paths.hubState, '/run', '/tmp'];
const neededFiles = [
  `/etc/pam.d/${pamServices.login}`,
  `/etc/pam.d/${pamServices.server}`,
  '/usr/share/polkit-1/actions/org.tshub.policy',
  '/usr/bin/setfacl',
];
const neededUnits = [units.hub, units.hubSocket, units.proxy, units.proxySocket, units.culler, units.authSocket];

export async function gatherFacts(context: Context): Promise<HostFacts> {
  const bus = await context.bus();
  const { settings, problem } = readSettings();
  const [manager, polkit, states, missing, free, program, clock] = await Promise.all([
    getProperties(bus, systemd1Manager.busName, systemd1Manager.path, systemd1Manager.name),
    polkitVersion(bus),
    Promise.all([...neededUnits, units.spawner].map((unit) => unitState(bus, unit))),
    missingAccounts(context),
    Promise.all(watchedFolders.map(freeBytes)),
    findProgram(context, settings),
    context.read('timedatectl', ['show', '--property=NTPSynchronized', '--value']),
  ]);
  return {
    controllers: readText('/sys/fs/cgroup/cgroup.controllers')?.trim().split(' ') ?? null,
    systemdVersion: Number.parseInt(String(manager['Version']), 10),
    nodeVersion: process.versions.node,
    polkitVersion: polkit,
    settings,
    settingsProblem: problem,
    missingFiles: neededFiles.filter((file) => !existsSync(file)),
    missingAccounts: missing,
    serverPam: readText(`/etc/pam.d/${pamServices.server}`) ?? '',
    units: states,
    freeBytes: Object.fromEntries(watchedFolders.map((folder, i) => [folder, free[i] ?? 0n])),
    program,
    isClockSynchronized: clock === null || clock.exit !== 0 ? null : clock.stdout.trim() === 'yes',
    leftBehind: await leftBehind(),
    userNamespaces: Number(readText('/proc/sys/user/max_user_namespaces') ?? 0),
    kernelConfig: kernelConfig(),
    peopleInJournal: peopleInJournal(`/var/log/journal/${(readText('/etc/machine-id') ?? '').trim()}`),
  };
}

function readSettings(): { settings: Settings | null; problem: string } {
  try {
    return { settings: loadSettings({ rootOwned: true, readableByAll: true }), problem: '' };
  } catch (error) {
    return { settings: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function polkitVersion(bus: Bus): Promise<string> {
  const { busName, path, name } = polkitAuthority;
  const properties = await getProperties(bus, busName, path, name).catch(() => ({}));
  const version = (properties as Readonly<Record<string, unknown>>)['BackendVersion'];
  return typeof version === 'string' ? version : '';
}

async function missingAccounts(context: Context): Promise<string[]> {
  const names = [accounts.hub, accounts.proxy, accounts.culler];
  const found = await Promise.all(names.map((name) => context.read('getent', ['passwd', name])));
  return names.filter((_, i) => found[i]?.exit !== 0);
}

/** A folder that is not there yet will be made where its parent is. */
async function freeBytes(folder: string): Promise<bigint> {
  const there = existsSync(folder) ? folder : '/';
  const { bavail, bsize } = await statfs(there, { bigint: true });
  return bavail * bsize;
}

function peopleInJournal(folder: string): number {
  try {
    return readdirSync(folder).filter((file) => /^user-\d+\.journal$/.test(file)).length;
  } catch {
    return 0;
  }
}

async function findProgram(context: Context, settings: Settings | null): Promise<HostFacts['program']> {
  const command = settings?.spawner.command[0];
  if (settings === null || command === undefined) return null;
  const folders = [...settings.spawner.extra_paths, ...usualFolders];
  const candidates = command.includes('/') ? [command] : folders.map((folder) => `${folder}/${command}`);
  const path = candidates.find((one) => existsSync(one));
  if (path === undefined) return null;
  // Only of a program that is known to answer and not to start something.
  const isKnown = path.endsWith('/jupyterhub-singleuser');
  const told = isKnown ? await context.read(path, ['--version']) : null;
  return { path, version: told?.exit === 0 ? told.stdout.trim() : '' };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
