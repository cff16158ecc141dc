import { parseBind, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { UnitPlan, UnitProperty } from './unit-properties.ts';
import { expandNames } from './template.ts';

/** MS_REC: mounts below a folder come along. */
const recursive = 16_384n;
type BindEntry = readonly [source: string, place: string, isOptional: boolean, flags: bigint];

/** Folders that ProtectHome= empties. */
const homeFolders = ['/home', '/root', '/run/user'];

/** What a server sees of the host. */
export function sandbox(plan: UnitPlan): UnitProperty[] {
  const { settings } = plan;
  const isGuest = plan.runAs.kind === 'guest';
  const hidden = settings.hidden_paths.map((path) => path.replace(/^-/, ''));
  const isHomeHidden =
    [...(settings.isolate_homes ? homeFolders : []), ...hidden].some((folder) => isBelow(plan.runAs.home, folder)) &&
    plan.runAs.kind === 'account';
  const writable: BindEntry[] = [
    ...(isHomeHidden ? [[plan.runAs.home, plan.runAs.home, false, recursive] as const] : []),
    ...binds(plan, settings.bind_paths),
    ...(settings.isolate_devices ? deviceBinds(settings) : []),
  ];
  const readable = binds(plan, settings.bind_readonly_paths);
  return [
    ['PrivateTmp', 'b', settings.isolate_tmp || isGuest],
    ['PrivateDevices', 'b', settings.isolate_devices],
    ...devices(settings),
    ['NoNewPrivileges', 'b', settings.disable_user_sudo || isGuest],
    ...(settings.isolate_homes || isGuest ? [['ProtectHome', 's', 'tmpfs'] as const] : []),
    ...unlessEmpty(
      'TemporaryFileSystem',
      'a(ss)',
      hidden.map((path) => [path, 'ro,mode=0755']),
    ),
    ...unlessEmpty('ReadOnlyPaths', 'as', settings.readonly_paths),
    ...unlessEmpty('ReadWritePaths', 'as', settings.readwrite_paths),
    ...unlessEmpty('InaccessiblePaths', 'as', settings.inaccessible_paths),
    ...unlessEmpty('BindPaths', 'a(ssbt)', writable),
    ...unlessEmpty('BindReadOnlyPaths', 'a(ssbt)', readable),
    ...(isGuest ? [...ofGuests, ['ReadWritePaths', 'as', [plan.runAs.home]] as const] : []),
    // A core file would hold the server's tokens.
    ['LimitCORE', 't', 0n],
    // Under memory pressure the host's own services outlive notebooks.
    ['OOMScoreAdjust', 'i', 100],
    ['OOMPolicy', 's', settings.oom_policy],
  ];
}

// As with DynamicUser=, and for its reason: nothing is left behind that a later guest of the same uid would own.
const ofGuests: readonly UnitProperty[] = [
  ['ProtectSystem', 's', 'strict'],
  ['RemoveIPC', 'b', true],
  ['PrivateIPC', 'b', true],
  ['RestrictSUIDSGID', 'b', true],
  ['TemporaryFileSystem', 'a(ss)', [['/dev/shm', 'mode=1777,nosuid,nodev']]],
];

function devices({ devices: allowed }: Settings['spawner']): UnitProperty[] {
  if (allowed.length === 0) return [];
  return [
    ['DevicePolicy', 's', 'closed'],
    ['DeviceAllow', 'a(ss)', allowed.map((device) => [device.replace(/^-/, ''), 'rw'])],
  ];
}

// PrivateDevices= makes a /dev of its own, where an allowed device must be put.
function deviceBinds({ devices: allowed }: Settings['spawner']): BindEntry[] {
  return allowed
    .filter((device) => /^-?\//.test(device))
    .map((device) => [device.replace(/^-/, ''), device.replace(/^-/, ''), device.startsWith('-'), 0n]);
}

function binds({ name, runAs }: UnitPlan, paths: readonly string[]): BindEntry[] {
  return paths.map((text) => {
    const bind = parseBind(text);
    const [source = '', place = ''] =
      bind === null ? [] : [bind.source, bind.place].map((path) => expandNames(path, name));
    // PID 1 follows links, also those that the owner of the home has put there, and makes what is missing as root.
    if (bind === null || [source, place].some((path) => isBelow(path, runAs.home))) {
      const problem = `bind_paths: ${JSON.stringify(text)} lies in the home of ${name.user}: expected two paths outside of it`;
      throw new TshubError('spawn_failed', { problem });
    }
    return [source, place, bind.isOptional, recursive];
  });
}

function isBelow(path: string, folder: string): boolean {
  return `${path}/`.replaceAll(/\/+/g, '/').startsWith(`${folder}/`.replaceAll(/\/+/g, '/'));
}

function unlessEmpty(property: string, signature: string, list: readonly unknown[]): UnitProperty[] {
  return list.length === 0 ? [] : [[property, signature, list]];
}
