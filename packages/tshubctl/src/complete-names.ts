import { loadSettings } from '@tshub/config';
import type { CommandSpec, Context, NameKind, OptionSpec, Outcome } from './command.ts';
import { listGroups } from './commands/group.ts';
import { listRoles } from './commands/role.ts';
import { listServers } from './commands/server.ts';
import { listServices } from './commands/service.ts';
import { listUsers } from './commands/user.ts';

/** What a person waits for after pressing tab. */
const patienceMs = 2_000;

/** What may be typed in a place: names of a kind, beside the arguments so far. */
export interface Wanted {
  readonly kind: NameKind;
  readonly args: readonly string[];
}

/** What the last of these words may be the name of. The others come before it; `=` is a word of its own in bash. */
export function wantedAt(program: CommandSpec, common: readonly OptionSpec[], words: readonly string[]): Wanted | null {
  let command = program;
  const args: string[] = [];
  let valueOf: OptionSpec | undefined;
  for (const word of words.slice(0, -1)) {
    if (word === '=') continue;
    if (valueOf !== undefined) valueOf = undefined;
    else if (word.startsWith('-')) valueOf = optionWithValue(command, common, word);
    else {
      const child = args.length === 0 ? command.commands?.find(({ name }) => name === word) : undefined;
      if (child === undefined) args.push(word);
      else command = child;
    }
  }
  if (valueOf !== undefined) return valueOf.names === undefined ? null : { kind: valueOf.names, args };
  const specs = command.arguments ?? [];
  const last = specs.at(-1);
  const spec = specs[args.length] ?? (last?.isList === true ? last : undefined);
  return spec?.names === undefined ? null : { kind: spec.names, args };
}

/** The option that a word names, if its value is still to come. */
function optionWithValue(command: CommandSpec, common: readonly OptionSpec[], word: string): OptionSpec | undefined {
  return [...(command.options ?? []), ...common].find(
    ({ name, short, value }) =>
      value !== undefined && (word === `--${name}` || (short !== undefined && word === `-${short}`)),
  );
}

type Lists = Readonly<Record<NameKind, (context: Context, args: readonly string[]) => Promise<string[]>>>;

const lists: Lists = {
  group: async (context) => names(await listGroups(context), 'groups', 'name'),
  profile: async () => loadSettings().profiles.map(({ name }) => name),
  role: async (context) => names(await listRoles(context), 'roles', 'name'),
  server: async (context, [user = context.user]) =>
    names(await listServers(context, { args: [user], options: {}, isJson: true }), 'servers', 'server'),
  service: async (context) => names(await listServices(context), 'services', 'name'),
  user: async (context) => names(await listUsers(context), 'users', 'name'),
};

function names({ json }: Outcome, list: string, key: string): string[] {
  const entries = (json as Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>)[list] ?? [];
  return entries.flatMap((entry) => (typeof entry[key] === 'string' ? [entry[key]] : []));
}

/**
 * Names that begin as the last word does, as far as whoever presses tab may see them. Asks nobody for a password, and is silent
 * when a daemon is away or slow. A name that a shell or a terminal could take for something else is not proposed: others gave it.
 */
export async function completeNames(context: Context, wanted: Wanted | null, begin: string): Promise<string[]> {
  if (wanted === null) return [];
  const quiet: Context = {
    ...context,
    patienceMs,
    ask: async (table, _, work) => work((await context.bus()).calls(table, { timeoutMs: patienceMs })),
  };
  const found = await Promise.race([lists[wanted.kind](quiet, wanted.args), late()]).catch(() => []);
  return [...new Set(found)].filter((name) => name.startsWith(begin) && /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u.test(name));
}

function late(): Promise<string[]> {
  return new Promise((resolve) => void setTimeout(resolve, patienceMs, []).unref());
}
