import type { Settings } from './schema.ts';
import { schema } from './schema.ts';
import { extraProperty } from './unit-property.ts';
import type { RawValue } from './unit-property-kinds.ts';

/** What a setting wants of the host: to be compared with what is there. */
export interface Need {
  /** As it stands in the file: `spawner.mem_limit`, `spawner.users.ada.mem_limit`, `profiles.big.mem_limit`. */
  readonly key: string;
  readonly kind: 'controller' | 'hook';
  /** A cgroup controller, or a program. */
  readonly what: string;
}

/** What only a controller of cgroup v2 can enforce. */
const controllers: Readonly<Record<string, string>> = {
  cpu_limit: 'cpu',
  cpu_weight: 'cpu',
  io_weight: 'io',
  mem_guarantee: 'memory',
  mem_high: 'memory',
  mem_limit: 'memory',
  swap_limit: 'memory',
  tasks_max: 'pids',
};

type Layer = Readonly<Record<string, unknown>>;

/** Every need of these settings; a setting at its default needs nothing. */
export function needsOf(settings: Pick<Settings, 'profiles' | 'spawner'>): Need[] {
  const defaults: Layer = schema.parse({}).spawner;
  const own = Object.entries(settings.spawner).filter(([key, value]) => value !== defaults[key]);
  return [
    ...needsOfLayer('spawner', Object.fromEntries(own)),
    ...(['groups', 'users'] as const).flatMap((kind) =>
      Object.entries(settings.spawner[kind]).flatMap(([name, layer]) => needsOfLayer(`spawner.${kind}.${name}`, layer)),
    ),
    ...settings.profiles.flatMap(({ name, settings: layer, options }) => [
      ...needsOfLayer(`profiles.${name}`, layer),
      ...Object.entries(options).flatMap(([option, { setting }]) =>
        controllerNeed(`profiles.${name}.options.${option}`, setting),
      ),
    ]),
  ];
}

function needsOfLayer(prefix: string, layer: Layer): Need[] {
  return Object.entries(layer).flatMap(([key, value]): Need[] => {
    const here = `${prefix}.${key}`;
    if (key === 'pre_start' || key === 'post_stop')
      return (value as readonly string[]).map((what) => ({ key: here, kind: 'hook', what }));
    if (key === 'unit_extra_properties') return needsOfExtras(here, value as Readonly<Record<string, RawValue>>);
    return controllerNeed(here, key.replace(/^user_(?=cpu|io|mem|swap|tasks)/, ''));
  });
}

function controllerNeed(key: string, setting: string): Need[] {
  const what = Object.hasOwn(controllers, setting) ? controllers[setting] : undefined;
  return what === undefined ? [] : [{ key, kind: 'controller', what }];
}

function needsOfExtras(prefix: string, extras: Readonly<Record<string, RawValue>>): Need[] {
  return Object.entries(extras).flatMap(([name, raw]): Need[] => {
    const property = extraProperty(name, raw);
    if (typeof property === 'string') return [];
    const { controller } = property;
    return controller === null ? [] : [{ key: `${prefix}.${name}`, kind: 'controller', what: controller }];
  });
}

/** What a host has. */
export interface HostFacts {
  /** Controllers of cgroup v2. */
  readonly controllers: readonly string[];
  /** Why a program is none that root alone can change; null when it is. */
  readonly hookProblem: (path: string) => string | null;
}

/** What the settings want and the host does not have, a sentence each, with what happens instead. */
export function lacks(needs: readonly Need[], host: HostFacts): string[] {
  return needs.flatMap(({ key, kind, what }) => {
    if (kind === 'hook') {
      const problem = host.hookProblem(what);
      return problem === null ? [] : [`${key}: no server starts with the hook ${what}: ${problem}`];
    }
    if (host.controllers.includes(what)) return [];
    return [`${key}: needs the cgroup v2 controller "${what}", which this host does not have: set, but not enforced`];
  });
}
