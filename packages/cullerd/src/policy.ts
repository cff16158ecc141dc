import type { Settings } from '@tshub/config';
import type { ServerEntry } from '@tshub/contract';

type Culler = Settings['culler'];

/** What holds for one server; seconds. */
export type Policy = Pick<
  Culler,
  | 'enabled'
  | 'timeout'
  | 'max_age'
  | 'keep_for'
  | 'warn_before'
  | 'weight_requests'
  | 'weight_kernels'
  | 'weight_cpu'
  | 'cpu_threshold'
  | 'cull_default_servers'
  | 'cull_named_servers'
> & {
  /** The sections that it was laid together from, the last winning. */
  readonly from: readonly string[];
};

/** Whose server, and which. */
export type Subject = Pick<ServerEntry, 'user' | 'server' | 'profile' | 'groups'>;

/** [culler], then what it says for the profile, the groups in the order of the file, the user, the named server, and this user's server of that name. */
export function policyFor(settings: Culler, { user, server, profile, groups = [] }: Subject): Policy {
  const layers = [
    ['profiles', profile],
    ...Object.keys(settings.groups).flatMap((name) => (groups.includes(name) ? [['groups', name] as const] : [])),
    ['users', user],
    ...(server === '' ? [] : [['servers', server] as const]),
    ['servers', `${user}/${server}`],
  ] as const;
  const from = ['[culler]'];
  let policy: Omit<Policy, 'from'> = settings;
  for (const [kind, name] of layers) {
    const layer = Object.hasOwn(settings[kind], name) ? settings[kind][name] : undefined;
    if (layer === undefined) continue;
    from.push(`[culler.${kind}.${/^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)}]`);
    policy = {
      ...policy,
      ...(Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined)) as Partial<Policy>),
    };
  }
  return { ...policy, from };
}
