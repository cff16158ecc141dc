import * as z from 'zod';
import { bare, strings } from '../kinds.ts';
import { parseChoice } from '../parse-choice.ts';
import { serverSettings } from './spawner/spawner.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Something that a user may set, within bounds that root sets. */
const option = z
  .strictObject({
    title: z.string().max(80).default(''),
    setting: z.string().min(1),
    values: z.array(scalar).min(1).optional(),
    min: scalar.optional(),
    max: scalar.optional(),
    default: scalar,
  })
  .superRefine((one, ctx) => {
    const isRange = one.min !== undefined && one.max !== undefined && one.values === undefined;
    const isList = one.min === undefined && one.max === undefined && one.values !== undefined;
    if (!isRange && !isList)
      return ctx.addIssue({ code: 'custom', message: 'expected either values, or min and max', input: one });
    const bounds: Array<readonly [string, unknown]> = [
      ['min', one.min],
      ['max', one.max],
    ];
    for (const [key, value] of [
      ...bounds,
      ...(one.values ?? []).map((value, at) => [`values.${at}`, value] as const),
    ]) {
      if (value === undefined) continue;
      const parsed = parseChoice(one.setting, String(value));
      if (typeof parsed === 'string')
        ctx.addIssue({ code: 'custom', message: parsed, path: key.split('.'), input: value });
      else if (isRange && typeof parsed.value !== 'number')
        ctx.addIssue({
          code: 'custom',
          message: 'expected an amount: other settings have values',
          path: [key],
          input: value,
        });
    }
    const lowest = parseChoice(one.setting, String(one.min));
    if (isRange && one.setting !== 'swap_limit' && typeof lowest !== 'string' && !(Number(lowest.value) > 0))
      ctx.addIssue({
        code: 'custom',
        message: 'expected more than 0, which would be no limit',
        path: ['min'],
        input: one.min,
      });
    const problem = outsideBounds(one, String(one.default));
    if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, path: ['default'], input: one.default });
  });

export type ProfileOption = z.output<typeof option>;

/** Why a text is no value of an option: what was expected instead; null when it is one. */
export function outsideBounds(
  option: Pick<ProfileOption, 'setting' | 'values' | 'min' | 'max'>,
  text: string,
): string | null {
  const { setting, values, min, max } = option;
  if (values !== undefined) {
    if (values.some((value) => String(value) === text)) return null;
    return `expected ${values.map((value) => JSON.stringify(String(value))).join(' or ')}`;
  }
  const amount = (bound: unknown): number => {
    const parsed = parseChoice(setting, String(bound));
    return typeof parsed === 'string' || typeof parsed.value !== 'number' ? Number.NaN : parsed.value;
  };
  // With a bound that is no amount every comparison is false, and so the value is refused.
  if (amount(text) >= amount(min) && amount(text) <= amount(max)) return null;
  return `expected from ${String(min)} to ${String(max)}`;
}

const slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected small letters, digits, "-" and "_"');

const profile = z.strictObject({
  name: slug.meta({ says: 'Name in addresses, on the command line and in the API, such as "big".' }),
  title: z.string().max(80).default('').meta({ says: 'What people read; empty: the name.' }),
  description: z.string().max(500).default('').meta({ says: 'A sentence on what it is for.' }),
  default: z
    .boolean()
    .default(false)
    .meta({ says: 'Whether it is used when nothing was chosen; otherwise the first one is.' }),
  allowed_groups: strings.default([]).meta({ says: 'Groups of this host that may use it.' }),
  allowed_users: strings.default([]).meta({ says: 'Users who may use it. With neither, everybody may.' }),
  settings: z.strictObject(bare(serverSettings)).default({}).meta({
    says: 'Settings of [spawner] that it changes: [profiles.settings] below it. Not the user_… ones, which belong to a person and not to a server.',
  }),
  options: z
    .record(
      slug.refine((name) => name !== 'profile', 'expected another name: "profile" is the profile'),
      option,
    )
    .default({})
    .meta({
      says: 'What the user may choose: [profiles.options.NAME] below it. See PROFILES.',
    }),
});

export type Profile = z.output<typeof profile>;

/** [[profiles]]: kinds of servers that people choose from. */
export const profiles = z
  .array(profile)
  .default([])
  .superRefine((list, ctx) => {
    list.forEach(({ name }, at) => {
      if (list.findIndex((other) => other.name === name) !== at)
        ctx.addIssue({
          code: 'custom',
          message: 'expected a name that no other profile has',
          path: [at, 'name'],
          input: name,
        });
    });
  });
