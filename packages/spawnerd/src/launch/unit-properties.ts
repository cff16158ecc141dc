import type { Settings } from '@tshub/config';
import { accounts, pamServices, paths, serverId, serverSocket, userSlice } from '@tshub/contract';
import type { ServerName } from '../request.ts';
import type { RunAs } from './run-as.ts';

/** One property of StartTransientUnit: its name, its D-Bus signature, its value in the form of the bus package. */
export type UnitProperty = readonly [name: string, signature: string, value: unknown];

export interface UnitPlan {
  readonly name: ServerName;
  readonly runAs: RunAs;
  /** The server's program as an absolute path. */
  readonly program: string;
  readonly envFile: string;
  /** The server's PATH, which is also in envFile. */
  readonly path: string;
  readonly settings: Settings['spawner'];
  /** Release of the service manager: 252, 257, … */
  readonly systemdVersion: number;
}

const infinity = 2n ** 64n - 1n;
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** Everything that PID 1 is told about a server. The hub's part of it is the two names; the rest is root-owned settings. */
export function unitProperties(plan: UnitPlan): UnitProperty[] {
  return [
    ...identity(plan),
    ...commands(plan),
    ...folders(plan),
    ...limits(plan.settings),
    ...sandbox(plan.settings),
    ...life(plan),
    ...journal(plan),
  ];
}

function identity({ name, runAs, settings }: UnitPlan): UnitProperty[] {
  const server = name.server === '' ? '' : ` ${name.server}`;
  const common: UnitProperty[] = [
    ['Description', 's', `Notebook server${server} of ${name.user}`],
    ['Slice', 's', userSlice(name.user)],
    // Only the order at shutdown: servers end before what they stand on.
    ['After', 'as', ['network.target', 'nss-user-lookup.target', 'remote-fs.target']],
    ['User', 's', runAs.login],
    ['WorkingDirectory', 's', runAs.workingDirectory],
  ];
  if (runAs.kind === 'account')
    return usesPam(runAs, settings) ? [...common, ['PAMName', 's', pamServices.server]] : common;
  return [
    ...common,
    ['DynamicUser', 'b', true],
    ['StateDirectory', 'as', [runAs.stateDirectory]],
    ['StateDirectoryMode', 'u', 0o700],
  ];
}

// A dynamic user has no password database entry that pam_unix or pam_mkhomedir could use.
function usesPam(runAs: RunAs, settings: Settings['spawner']): boolean {
  return settings.pam_session && runAs.kind === 'account';
}

/** Placeholder in command and args for the path of the socket that the server must listen on. */
const socketPlaceholder = '{socket}';

/** A command of a unit: program, arguments with argv[0], flags. */
type Command = readonly [string, readonly string[], readonly string[]];

function commands(plan: UnitPlan): UnitProperty[] {
  const { name, program, settings, envFile, runAs } = plan;
  const socket = serverSocket(name.user, name.server);
  const [before, after] = [settings.command.slice(1), settings.args];
  const isPlaced = [...before, ...after].some((argument) => argument.includes(socketPlaceholder));
  const own = isPlaced ? [] : [`--ServerApp.sock=${socket}`, '--ServerApp.sock_mode=0660'];
  const argv = [
    program,
    ...[...before, ...own, ...after].map((argument) => argument.replaceAll(socketPlaceholder, socket)),
  ];
  return [
    ['ExecStartPreEx', 'a(sasas)', [...(usesPam(runAs, settings) ? [openSessionOnce] : []), letProxyIn(name)]],
    ['ExecStartEx', 'a(sasas)', [keepPath(plan, argv)]],
    // Not Environment=, which everybody can read on the bus. Not optional: without it the server must not run.
    ['EnvironmentFiles', 'a(sb)', [[envFile, false]]],
  ];
}

// pam_env may set PATH from /etc/environment, over what envFile says; folders that root put in front of it must stay there.
function keepPath({ runAs, settings, path }: UnitPlan, argv: readonly string[]): Command {
  const isRootsOwn = settings.extra_paths.length > 0 || settings.environment['PATH'] !== undefined;
  const whole = isRootsOwn && usesPam(runAs, settings) ? ['/usr/bin/env', `PATH=${path}`, ...argv] : argv;
  // no-env-expand: a "$" in an argument is a dollar sign.
  return [whole[0] ?? '', whole, ['no-env-expand']];
}

// setfacl runs without the PAM session but in the working directory: pam_mkhomedir must have made that before.
const openSessionOnce: Command = ['/usr/bin/true', ['/usr/bin/true'], []];

// The socket's folder belongs to the user. Only the owner and tshub-proxy may pass it, and what is made in it lets tshub-proxy connect.
// Privileged: the entry of tshub-proxy could be set by the owner too, but the program must not come from the user's PATH or see the sandbox.
function letProxyIn(name: ServerName): Command {
  const proxy = accounts.proxy;
  const entries = `u:${proxy}:x,g::---,d:u:${proxy}:rw,d:g::---,d:o::---`;
  return ['/usr/bin/setfacl', ['/usr/bin/setfacl', '-m', entries, socketFolder(name)], ['privileged', 'no-env-expand']];
}

function socketFolder({ user, server }: ServerName): string {
  return `${paths.serverSockets}/${serverId(user, server)}`;
}

function folders({ name }: UnitPlan): UnitProperty[] {
  return [
    ['RuntimeDirectory', 'as', [socketFolder(name).replace(/^\/run\//, '')]],
    // With 0700 the chmod that systemd does before ExecStart would clear the ACL's mask.
    ['RuntimeDirectoryMode', 'u', 0o710],
  ];
}

function limits(settings: Settings['spawner']): UnitProperty[] {
  const { mem_limit, mem_high, mem_guarantee, swap_limit, cpu_limit, cpu_weight, io_weight, tasks_max } = settings;
  return [
    ['MemoryAccounting', 'b', true],
    ['CPUAccounting', 'b', true],
    ['TasksAccounting', 'b', true],
    ['IOAccounting', 'b', true],
    ...unlessZero('MemoryMax', mem_limit),
    ...unlessZero('MemoryHigh', mem_high),
    ...unlessZero('MemoryLow', mem_guarantee),
    ...(swap_limit === 'infinity' ? [] : [['MemorySwapMax', 't', BigInt(swap_limit)] as const]),
    ...(cpu_limit === 0 ? [] : [['CPUQuotaPerSecUSec', 't', BigInt(Math.round(cpu_limit * 1e6))] as const]),
    ...unlessZero('CPUWeight', cpu_weight),
    ...unlessZero('IOWeight', io_weight),
    ['TasksMax', 't', tasks_max === 0 ? infinity : BigInt(tasks_max)],
  ];
}

/** A property whose setting of 0 means: leave it alone. */
function unlessZero(property: string, value: number): UnitProperty[] {
  return value === 0 ? [] : [[property, 't', BigInt(value)]];
}

function sandbox(settings: Settings['spawner']): UnitProperty[] {
  return [
    ['PrivateTmp', 'b', settings.isolate_tmp],
    ['PrivateDevices', 'b', settings.isolate_devices],
    ['NoNewPrivileges', 'b', settings.disable_user_sudo],
    ...(settings.readonly_paths.length === 0 ? [] : [['ReadOnlyPaths', 'as', settings.readonly_paths] as const]),
    ...(settings.readwrite_paths.length === 0 ? [] : [['ReadWritePaths', 'as', settings.readwrite_paths] as const]),
    // A core file would hold the server's tokens.
    ['LimitCORE', 't', 0n],
    // Under memory pressure the host's own services outlive notebooks.
    ['OOMScoreAdjust', 'i', 100],
    ['OOMPolicy', 's', settings.oom_policy],
  ];
}

function life({ settings, systemdVersion, runAs }: UnitPlan): UnitProperty[] {
  // With systemd 252 a PAM session keeps the pipe open on which Type=exec waits, and the start job never ends.
  const type = systemdVersion < 253 && usesPam(runAs, settings) ? 'simple' : 'exec';
  return [
    ['Type', 's', type],
    ['Restart', 's', 'no'],
    // The program is asked first and may end its kernels; whatever is left in the cgroup is killed.
    ['KillMode', 's', 'mixed'],
    ['KillSignal', 'i', signalNumbers[settings.stop_signal]],
    ['SendSIGKILL', 'b', true],
    ['TimeoutStartUSec', 't', microseconds(settings.start_timeout)],
    ['TimeoutStopUSec', 't', microseconds(settings.stop_timeout)],
    // A failed unit stays until it is forgotten, so that the reason can be read.
    ['CollectMode', 's', 'inactive'],
  ];
}

/** Seconds of the settings, where 0 is no wait at all, as systemd counts; 0 would mean "for ever" to it. */
function microseconds(seconds: number): bigint {
  return BigInt(Math.max(1, Math.round(seconds * 1e6)));
}

function journal({ name }: UnitPlan): UnitProperty[] {
  const fields = [`TSHUB_USER=${name.user}`, ...(name.server === '' ? [] : [`TSHUB_SERVER=${name.server}`])];
  return [
    ['StandardInput', 's', 'null'],
    ['SyslogIdentifier', 's', 'tshub-server'],
    ['LogExtraFields', 'aay', fields.map((field) => Buffer.from(field, 'utf8'))],
    // One noisy notebook must not drown the journal of the host.
    ['LogRateLimitIntervalUSec', 't', 30_000_000n],
    ['LogRateLimitBurst', 'u', 5000],
  ];
}
