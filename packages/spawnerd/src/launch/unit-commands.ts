import { accounts, paths, serverId, serverPrefix, serverSocket } from '@tshub/contract';
import type { Settings } from '@tshub/config';
import type { ServerName } from '../request.ts';
import { loaderVariables, usualPaths } from './environment.ts';
import type { RunAs } from './run-as.ts';
import { expandNames } from './template.ts';
import type { UnitPlan, UnitProperty } from './unit-properties.ts';

/** A command of a unit: program, arguments with argv[0], flags. */
type Command = readonly [string, readonly string[], readonly string[]];

/** What the unit runs: before, the server itself, after. */
export function commands(plan: UnitPlan): UnitProperty[] {
  const { name, settings, envFile, runAs, port } = plan;
  const hooks = (programs: readonly string[], flags: readonly string[]) =>
    programs.map((program) => hook(program, plan, flags));
  // Commands that run after the server would fail for want of the file, which is gone by then.
  const isFileGone = settings.post_stop.length > 0;
  const before = [
    ...(usesPam(runAs, settings) ? [openSessionOnce] : []),
    ...(port === null ? [letProxyIn(socketFolder(name))] : []),
    ...hooks(settings.pre_start, []),
    ...(isFileGone ? [requireFile(envFile)] : []),
  ];
  const after = hooks(settings.post_stop, ['ignore-failure']);
  return [
    ...(before.length === 0 ? [] : [['ExecStartPreEx', 'a(sasas)', before] as const]),
    ['ExecStartEx', 'a(sasas)', [keepVariables(plan, serverArguments(plan))]],
    ...(after.length === 0 ? [] : [['ExecStopPostEx', 'a(sasas)', after] as const]),
    // Not Environment=, which everybody can read on the bus. Without it the server must not run.
    ['EnvironmentFiles', 'a(sb)', [[envFile, isFileGone]]],
  ];
}

// A dynamic user has no password database entry that pam_unix or pam_mkhomedir could use.
export function usesPam(runAs: RunAs, settings: Pick<Settings['spawner'], 'pam_session'>): boolean {
  return settings.pam_session && runAs.kind === 'account';
}

/** Placeholders in command and args that say where the server must listen. */
const places = ['{socket}', '{port}'];

function serverArguments({ name, program, settings, port }: UnitPlan): string[] {
  const { user, server } = name;
  const socket = serverSocket(user, server);
  const [before, after] = [settings.command.slice(1), settings.args];
  const isPlaced = [...before, ...after].some((argument) => places.some((place) => argument.includes(place)));
  const jupyter = port === null ? [`--ServerApp.sock=${socket}`, '--ServerApp.sock_mode=0660'] : [];
  const expand = (argument: string): string =>
    expandNames(argument, name)
      .replaceAll('{socket}', () => socket)
      .replaceAll('{port}', () => String(port ?? ''))
      .replaceAll('{prefix}', () => serverPrefix(user, server));
  return [program, ...before.map(expand), ...(isPlaced ? [] : jupyter), ...after.map(expand)];
}

// pam_env may set PATH from /etc/environment, over what envFile says; folders that root put in front of it must stay there.
function keepVariables({ runAs, settings, path }: UnitPlan, argv: readonly string[]): Command {
  const isRootsOwn = settings.extra_paths.length > 0 || settings.environment['PATH'] !== undefined;
  const kept = [
    ...(isRootsOwn && usesPam(runAs, settings) ? [`PATH=${path}`] : []),
    ...Object.entries(loaderVariables(settings.environment)).map(([variable, value]) => `${variable}=${value}`),
  ];
  const whole = kept.length > 0 ? ['/usr/bin/env', ...kept, ...argv] : argv;
  // no-env-expand: a "$" in an argument is a dollar sign.
  return [whole[0] ?? '', whole, ['no-env-expand']];
}

// setfacl runs without the PAM session but in the working directory: pam_mkhomedir must have made that before.
const openSessionOnce: Command = ['/usr/bin/true', ['/usr/bin/true'], []];

// The socket's folder belongs to the user. Only the owner and tshub-proxy may pass it, and what is made in it lets tshub-proxy connect.
// Privileged: the entry of tshub-proxy could be set by the owner too, but the program must not come from the user's PATH or see the sandbox.
export function letProxyIn(folder: string): Command {
  const proxy = accounts.proxy;
  const entries = `u:${proxy}:x,g::---,d:u:${proxy}:rw,d:g::---,d:o::---`;
  return ['/usr/bin/setfacl', ['/usr/bin/setfacl', '-m', entries, folder], ['privileged', 'no-env-expand']];
}

// Privileged: the file's folder is root's alone.
function requireFile(envFile: string): Command {
  return ['/usr/bin/test', ['/usr/bin/test', '-s', envFile], ['privileged', 'no-env-expand']];
}

// As root, so in nobody's folder and with nobody's variables: a HOME or a working directory of the user's would let him put code into many a script.
function hook(program: string, { name, runAs }: UnitPlan, flags: readonly string[]): Command {
  const variables = [
    `PATH=${usualPaths.join(':')}`,
    'HOME=/root',
    'LANG=C.UTF-8',
    `TSHUB_USER=${name.user}`,
    `TSHUB_SERVER=${name.server}`,
    `TSHUB_LOGIN=${runAs.login}`,
    `TSHUB_HOME=${runAs.home}`,
  ];
  const argv = ['/usr/bin/env', '-i', '-C', '/', ...variables, program];
  return ['/usr/bin/env', argv, ['privileged', 'no-env-expand', ...flags]];
}

export function socketFolder({ user, server }: ServerName): string {
  return `${paths.serverSockets}/${serverId(user, server)}`;
}
