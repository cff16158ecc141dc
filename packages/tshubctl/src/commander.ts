import { version } from '@tshub/contract';
import { Argument, Command, Option } from 'commander';
import type { CommandSpec, Input, OptionSpec } from './command.ts';

export type Dispatch = (run: NonNullable<CommandSpec['run']>, input: Input) => Promise<void>;

/** The command tree for commander. Its mistakes are thrown as CommanderError after the sentence was printed. */
export function buildProgram(root: CommandSpec, common: readonly OptionSpec[], dispatch: Dispatch): Command {
  return build(root, common, dispatch)
    .version(`tshub ${version}`, '--version', 'Print the version')
    .showHelpAfterError(`See: ${root.name} --help`);
}

function build(spec: CommandSpec, common: readonly OptionSpec[], dispatch: Dispatch): Command {
  const command = new Command(spec.name)
    .summary(spec.says)
    .description(spec.details === undefined ? spec.says : `${spec.says}\n\n${spec.details}`)
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .exitOverride();
  for (const { name, says, isOptional = false, isList = false, choices } of spec.arguments ?? []) {
    const shown = isList ? `${name}...` : name;
    const argument = new Argument(isOptional ? `[${shown}]` : `<${shown}>`, says);
    command.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const option of [...(spec.options ?? []), ...common]) command.addOption(optionOf(option));
  for (const child of spec.commands ?? []) command.addCommand(build(child, common, dispatch));
  const { run } = spec;
  if (run !== undefined) command.action(() => dispatch(run, inputOf(command, spec)));
  return command;
}

function optionOf({ name, short, value, isList, says }: OptionSpec): Option {
  const placeholder = value === undefined ? '' : ` <${value}>`;
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name}${placeholder}`, says);
  return isList === true
    ? option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text])
    : option;
}

/** Options by the names of the tree; common ones may stand before the verb as well. */
function inputOf(command: Command, { arguments: args = [], options = [] }: CommandSpec): Input {
  const given: Record<string, Input['options'][string]> = command.optsWithGlobals();
  const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    args: args.at(-1)?.isList === true ? command.args : args.map((_, i) => command.args[i]),
    options: Object.fromEntries(options.map(({ name }) => [name, given[camelCase(name)]])),
    isJson: given['json'] === true,
  };
}
