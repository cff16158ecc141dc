import type { Settings } from '@tshub/config';

/** What the hub keeps from its start; a change needs a restart of tshub.service. */
const fixed: ReadonlySet<string> = new Set([
  'hub.cookie_host_prefix',
  'hub.cookie_max_age_days',
  'hub.cookie_same_site',
]);

/** Sections that are read when the hub starts. */
const fixedSections: ReadonlySet<string> = new Set(['custom_scopes', 'groups', 'roles', 'services']);
/** Sections that other daemons read by themselves. */
const elsewhere: Readonly<Record<string, string>> = {
  culler: 'tshub-cullerd',
  proxy: 'tshub-proxyd',
  proxy_api: 'tshub-proxyd',
  proxy_routes: 'tshub-proxyd',
  proxy_tls: 'tshub-proxyd',
};

export interface Reload {
  /** Dotted keys that differ, sorted. */
  readonly changed: readonly string[];
  /** Those of them that a restart of the hub puts to use. */
  readonly later: readonly string[];
  /** One sentence for the journal. */
  readonly says: string;
}

/** What a reload changes, and what it cannot. */
export function describeReload(before: Settings, after: Settings): Reload {
  const changed = changedKeys(before, after);
  const isFixed = (key: string): boolean => fixed.has(key) || fixedSections.has(sectionOf(key));
  const live = changed.filter((key) => !isFixed(key) && elsewhere[sectionOf(key)] === undefined);
  const later = changed.filter(isFixed);
  const others = [...new Set(changed.flatMap((key) => elsewhere[sectionOf(key)] ?? []))];
  const parts = [
    live.length === 0
      ? 'Settings were read again; nothing of the hub changed'
      : `Settings were reloaded: ${live.join(', ')}`,
    ...(later.length === 0 ? [] : [`a restart of tshub.service is needed for ${later.join(', ')}`]),
    ...(others.length === 0 ? [] : [`reload ${others.map((unit) => `${unit}.service`).join(' and ')} for the rest`]),
  ];
  return { changed, later, says: parts.join('; ') };
}

function sectionOf(key: string): string {
  return key.split('.')[0] ?? '';
}

function changedKeys(before: Settings, after: Settings): string[] {
  const sections = Object.keys(after) as Array<keyof Settings>;
  return sections
    .flatMap((section) => {
      if (section === 'profiles')
        return JSON.stringify(before.profiles) === JSON.stringify(after.profiles) ? [] : [section];
      const old = before[section] as Readonly<Record<string, unknown>>;
      const fresh = after[section] as Readonly<Record<string, unknown>>;
      return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
        .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]))
        .map((key) => `${section}.${key}`);
    })
    .toSorted();
}
