import { extraProperty, type Settings } from '@tshub/config';
import { pamServices, TshubError, userSlice } from '@tshub/contract';
import type { ServerName } from '../request.ts';
import type { RunAs } from './run-as.ts';
import { commands, socketFolder, usesPam } from './unit-commands.ts';
import { guestUnit } from './unit-guest.ts';
import { limits } from './unit-limits.ts';
import { sandbox } from './unit-sandbox.ts';

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
  /** The port to listen on; null for a UNIX socket. */
  readonly port: number | null;
  /** The name of the profile that was chosen, or ''. */
  readonly profile: string;
  /** What holds for this server, with all that lies over [spawner]. */
  readonly settings: Settings['spawner'];
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** Everything that PID 1 is told about a server. The hub's part of it is the two names; the rest is root-owned settings. */
export function unitProperties(plan: UnitPlan): UnitProperty[] {
  const own = [
    ...identity(plan),
    ...commands(plan),
    ...folders(plan),
    ...limits(plan.settings),
    ...sandbox(plan),
    ...life(plan),
    ...journal(plan),
  ];
  const extra = extras(plan);
  // PID 1 joins lists: what hides paths goes on hiding them.
  const replaced = new Set(extra.filter(([, signature]) => !signature.startsWith('a')).map(([name]) => name));
  return [...own.filter(([name]) => !replaced.has(name)), ...extra];
}

function identity({ name, runAs, settings }: UnitPlan): UnitProperty[] {
  const server = name.server === '' ? '' : ` ${name.server}`;
  const helpers = runAs.kind === 'guest' ? [guestUnit(name.user)] : [];
  const common: UnitProperty[] = [
    ['Description', 's', `Notebook server${server} of ${name.user}`],
    ['Slice', 's', userSlice(name.user, settings.slice)],
    // Only the order at shutdown: servers end before what they stand on.
    ['After', 'as', ['network.target', 'nss-user-lookup.target', 'remote-fs.target', ...helpers]],
    ...(helpers.length === 0 ? [] : [['Requires', 'as', helpers] as const]),
    ['User', 's', runAs.login],
    ['WorkingDirectory', 's', runAs.workingDirectory],
    ...(settings.extra_groups.length === 0 ? [] : [['SupplementaryGroups', 'as', settings.extra_groups] as const]),
  ];
  if (runAs.kind === 'account')
    return usesPam(runAs, settings) ? [...common, ['PAMName', 's', pamServices.server]] : common;
  if (runAs.kind === 'guest') return common;
  return [
    ...common,
    ['DynamicUser', 'b', true],
    ['StateDirectory', 'as', [runAs.stateDirectory]],
    ['StateDirectoryMode', 'u', 0o700],
  ];
}

function folders({ name, port }: UnitPlan): UnitProperty[] {
  if (port !== null) return [];
  return [
    ['RuntimeDirectory', 'as', [socketFolder(name).replace(/^\/run\//, '')]],
    // With 0700 the chmod that systemd does before ExecStart would clear the ACL's mask.
    ['RuntimeDirectoryMode', 'u', 0o710],
  ];
}

function life({ settings }: UnitPlan): UnitProperty[] {
  return [
    ['Type', 's', 'exec'],
    ['Restart', 's', 'no'],
    // The program is asked first and may end its kernels; whatever is left in the cgroup is killed.
    ['KillMode', 's', 'mixed'],
    ['KillSignal', 'i', signalNumbers[settings.stop_signal]],
    ['SendSIGKILL', 'b', true],
    ['TimeoutStartUSec', 't', microseconds(settings.start_timeout)],
    ['TimeoutStopUSec', 't', microseconds(settings.stop_timeout)],
    ...(settings.runtime_max === 0 ? [] : [['RuntimeMaxUSec', 't', microseconds(settings.runtime_max)] as const]),
    // A failed unit stays until it is forgotten, so that the reason can be read.
    ['CollectMode', 's', 'inactive'],
  ];
}

/** Seconds of the settings, where 0 is no wait at all, as systemd counts; 0 would mean "for ever" to it. */
function microseconds(seconds: number): bigint {
  return BigInt(Math.max(1, Math.round(seconds * 1e6)));
}

/** Fields of the journal that are notes on the unit as well: where a server with transport = "tcp" listens, and the bounds of its limits. */
const [portField, profileField] = ['TSHUB_PORT', 'TSHUB_PROFILE'];

function journal({ name, port, profile, settings }: UnitPlan): UnitProperty[] {
  const fields = [
    `TSHUB_USER=${name.user}`,
    ...(name.server === '' ? [] : [`TSHUB_SERVER=${name.server}`]),
    ...(port === null ? [] : [`${portField}=${port}`]),
    ...(profile === '' ? [] : [`${profileField}=${profile}`]),
  ];
  const { log_rate_limit_burst: burst, log_rate_limit_interval: interval } = settings;
  return [
    ['StandardInput', 's', 'null'],
    ['SyslogIdentifier', 's', 'tshub-server'],
    ['LogExtraFields', 'aay', fields.map((field) => Buffer.from(field, 'utf8'))],
    // One noisy notebook must not drown the journal of the host. An interval of 0 is no limit to the journal.
    ['LogRateLimitIntervalUSec', 't', burst === 0 ? 0n : BigInt(Math.round(interval * 1e6))],
    ['LogRateLimitBurst', 'u', burst],
  ];
}

function extras({ settings }: UnitPlan): UnitProperty[] {
  return Object.entries(settings.unit_extra_properties).map(([name, raw]) => {
    const property = extraProperty(name, raw);
    // The settings were checked when they were read.
    if (typeof property === 'string') throw new TshubError('spawn_failed', { problem: `${name}: ${property}` });
    return [property.bus, property.signature, property.value];
  });
}
