import { accountName, checkChoice, type Profile, profilesFor, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { type ServerOptions, wireOptions } from './options.ts';

export interface ChoicesParts {
  settings(): Pick<Settings, 'profiles' | 'spawner'>;
  /** Names of the groups that an account of the host is in; none for one that does not exist. */
  groupsOf(account: string): Promise<readonly string[]>;
}

/** What a start carries: what is kept for the next one, and what spawnerd is told, which checks it again. */
export interface Chosen {
  readonly options: ServerOptions;
  readonly profile: string;
  readonly wire: Readonly<Record<string, string>>;
}

/** The profiles that somebody may use; none when the host has none. */
export async function profilesOf(parts: ChoicesParts, user: string): Promise<readonly Profile[]> {
  const { profiles } = parts.settings();
  return profiles.length === 0 ? [] : profilesFor(profiles, await whoIs(parts, user));
}

/** Whether there is anything to choose. */
export function isChoice(profiles: readonly Profile[]): boolean {
  return profiles.length > 1 || profiles.some(({ options }) => Object.keys(options).length > 0);
}

/** Compares options with the profiles of the host; those that were kept from the last start only count as long as they are on offer. Throws bad_request. */
export async function choose(
  parts: ChoicesParts,
  user: string,
  given: ServerOptions | null,
  kept: ServerOptions,
): Promise<Chosen> {
  const { profiles } = parts.settings();
  if (profiles.length === 0) {
    // What was kept is of profiles that there were once.
    if (given === null) return { options: kept, profile: '', wire: {} };
    const { profile, options } = wireOptions(given);
    return { options: given, profile, wire: options };
  }
  const who = await whoIs(parts, user);
  for (const options of given === null ? [kept, {}] : [given]) {
    const { profile, options: wire } = wireOptions(options);
    const choice = checkChoice(profiles, who, profile, wire);
    if (typeof choice !== 'string') return { options, profile: choice.profile, wire: choice.options };
    if (given !== null || options !== kept)
      throw new TshubError('bad_request', { problem: `Invalid user options: ${choice}` });
  }
  throw new TshubError('bad_request', { problem: 'Invalid user options' });
}

async function whoIs({ settings, groupsOf }: ChoicesParts, user: string) {
  return { user, groups: await groupsOf(accountName(settings().spawner, user)) };
}
