import { outsideBounds, type Profile } from './sections/profiles.ts';
import { parseChoice } from './parse-choice.ts';
import type { Settings } from './schema.ts';

/** For whom: the hub's name of the user, and the groups that the host's name service gives. */
export interface Who {
  readonly user: string;
  readonly groups: readonly string[];
}

export type Overrides = Readonly<Record<string, unknown>>;

/** What a person has chosen, checked against root's settings. */
export interface Choice {
  /** '' when there are no profiles. */
  readonly profile: string;
  /** As it was given, but for what was left out. */
  readonly options: Readonly<Record<string, string>>;
  /** Settings of the profile, then of the options. */
  readonly overrides: readonly Overrides[];
}

/** The account of the host that a user's servers run as. */
export function accountName(
  spawner: Pick<Settings['spawner'], 'dynamic_users' | 'username_template'>,
  user: string,
): string {
  return spawner.dynamic_users ? user : spawner.username_template.replace('{USERNAME}', () => user);
}

/** Whether a user of that name is the account of that name, so that its groups are theirs: not where anybody may choose a name, for a server that runs as nobody of the host. */
export function isAccount({ login, spawner }: Pick<Settings, 'login' | 'spawner'>): boolean {
  return !spawner.dynamic_users || ['dummy', 'pam'].includes(login.authenticator);
}

/** Whether it matters which groups a user is in: to look them up costs more than the account. */
export function asksForGroups({ profiles, spawner }: Pick<Settings, 'profiles' | 'spawner'>): boolean {
  return (
    spawner.allowed_groups.length > 0 ||
    Object.keys(spawner.groups).length > 0 ||
    profiles.some(({ allowed_groups }) => allowed_groups.length > 0)
  );
}

/** The reverse of accountName; '' for an account that is nobody's. */
export function userOfAccount(
  spawner: Pick<Settings['spawner'], 'dynamic_users' | 'username_template'>,
  account: string,
): string {
  if (spawner.dynamic_users) return account;
  const [before = '', after = ''] = spawner.username_template.split('{USERNAME}');
  const isOne = account.length > before.length + after.length && account.startsWith(before) && account.endsWith(after);
  return isOne ? account.slice(before.length, account.length - after.length) : '';
}

/** Profiles that this person may use, in the order of the file. */
export function profilesFor(profiles: readonly Profile[], { user, groups }: Who): readonly Profile[] {
  return profiles.filter(({ allowed_groups, allowed_users }) => {
    if (allowed_groups.length === 0 && allowed_users.length === 0) return true;
    return allowed_users.includes(user) || allowed_groups.some((group) => groups.includes(group));
  });
}

/** Checks a choice; a sentence that says what is wrong with it, as a text. hubd asks it to tell people, spawnerd to be sure. */
export function checkChoice(
  profiles: readonly Profile[],
  who: Who,
  name: string,
  options: Readonly<Record<string, string>>,
): Choice | string {
  const given = Object.entries(options);
  const profile = findProfile(profiles, who, name);
  if (typeof profile === 'string') return profile;
  if (profile === null) {
    const [first] = given;
    return first === undefined ? { profile: '', options: {}, overrides: [] } : `there is no option ${quote(first[0])}`;
  }
  const unknown = given.find(([key]) => !Object.hasOwn(profile.options, key));
  if (unknown !== undefined) return `the profile ${profile.name} has no option ${quote(unknown[0])}`;
  const chosen: Overrides[] = [];
  for (const [key, option] of Object.entries(profile.options)) {
    const text = Object.hasOwn(options, key) ? (options[key] ?? '') : String(option.default);
    const problem = outsideBounds(option, text);
    const parsed = parseChoice(option.setting, text);
    if (problem !== null || typeof parsed === 'string')
      return `option ${key} of the profile ${profile.name}: ${problem ?? String(parsed)}, found ${quote(text)}`;
    chosen.push(parsed.overrides);
  }
  return { profile: profile.name, options, overrides: [profile.settings, ...chosen] };
}

function findProfile(profiles: readonly Profile[], who: Who, name: string): Profile | null | string {
  const allowed = profilesFor(profiles, who);
  if (name !== '') {
    const found = allowed.find((profile) => profile.name === name);
    // The same answer for a profile of others and for none: who may use what is not everybody's to know.
    return found ?? `there is no profile ${quote(name)} for ${who.user}`;
  }
  if (profiles.length === 0) return null;
  return allowed.find((profile) => profile.default) ?? allowed[0] ?? `there is no profile for ${who.user}`;
}

/**
 * The settings of one server. Later ones win: [spawner], the groups of its user in the order of the file, the user, the profile, what was chosen.
 * Tables (environment, unit_extra_properties) are joined key by key, everything else is replaced.
 */
export function settingsFor(
  spawner: Settings['spawner'],
  who: Who,
  choice: Pick<Choice, 'overrides'>,
): Settings['spawner'] {
  const groups = Object.entries(spawner.groups).filter(([group]) => who.groups.includes(group));
  const own = Object.hasOwn(spawner.users, who.user) ? [spawner.users[who.user] ?? {}] : [];
  const layers: Overrides[] = [...groups.map(([, overrides]) => overrides), ...own, ...choice.overrides];
  return layers.reduce<Settings['spawner']>(
    (settings, { environment, unit_extra_properties, ...others }) => ({
      ...settings,
      ...others,
      environment: { ...settings.environment, ...(environment as Settings['spawner']['environment'] | undefined) },
      unit_extra_properties: {
        ...settings.unit_extra_properties,
        ...(unit_extra_properties as Settings['spawner']['unit_extra_properties'] | undefined),
      },
    }),
    spawner,
  );
}

/** Amounts of which 0 is none at all, and not the absence of a limit. */
const zeroIsLeast: ReadonlySet<string> = new Set(['swap_limit']);

/** What a profile allows at most: its settings, with each amount that its options let people choose at its highest. None for a profile that this person does not have. */
export function highestOf(profiles: readonly Profile[], who: Who, name: string): readonly Overrides[] {
  const profile = profilesFor(profiles, who).find((one) => one.name === name);
  if (profile === undefined) return [];
  const highest = Object.values(profile.options).flatMap(({ setting, values, max }) => {
    const amounts = (values ?? [max]).flatMap((value) => {
      const parsed = parseChoice(setting, String(value));
      return typeof parsed !== 'string' && typeof parsed.value === 'number' ? [parsed] : [];
    });
    const rank = (value: unknown): number =>
      value === 0 && !zeroIsLeast.has(setting) ? Number.POSITIVE_INFINITY : Number(value);
    return amounts
      .toSorted((a, b) => rank(b.value) - rank(a.value))
      .slice(0, 1)
      .map(({ overrides }) => overrides);
  });
  return [profile.settings, ...highest];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
