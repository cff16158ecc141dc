import { outsideBounds, type Profile } from '@tshub/config';
import { wireOptions, type ServerOptions } from '../servers/options.ts';
import { strings } from './strings.ts';

/** What was sent to the spawn form, to stand in it again. */
export interface Filled {
  /** The profile that it is about; '' when there is no such one. */
  readonly profile: string;
  readonly values: Readonly<Record<string, string>>;
  /** What is wrong with the fields, by name. */
  readonly problems: Readonly<Record<string, string>>;
}

/** Compares options with the profiles on offer, field by field: what the rules of a start say in one sentence, the form says beside each field. */
export function fill(profiles: readonly Profile[], options: ServerOptions): Filled {
  const wire = wireOptions(options);
  const usual = profiles.find((profile) => profile.default) ?? profiles[0];
  const profile = wire.profile === '' ? usual : profiles.find(({ name }) => name === wire.profile);
  if (profile === undefined) return { profile: '', values: wire.options, problems: {} };
  const problems = Object.entries(profile.options).flatMap(([key, option]) => {
    const value = Object.hasOwn(wire.options, key) ? wire.options[key] : undefined;
    if (value === undefined || outsideBounds(option, value) === null) return [];
    const { values, min, max } = option;
    const problem = values === undefined ? strings.choice.outside(String(min), String(max)) : strings.choice.oneOf;
    return [[key, problem] as const];
  });
  return { profile: profile.name, values: wire.options, problems: Object.fromEntries(problems) };
}
