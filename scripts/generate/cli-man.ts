import { errors } from '@tshub/contract';
import { commonOptions, program } from '@tshub/tshubctl';
import { notice, type Document } from './document.ts';

type Command = typeof program;
type Option = NonNullable<Command['options']>[number];

export function cliMan(): Document[] {
  const text = `<!-- ${notice} -->
tshubctl(1) -- control the notebook hub of this host
====================================================

## SYNOPSIS

\`tshubctl\` COMMAND [ARGUMENT...] [OPTION...]

## DESCRIPTION

${program.details ?? program.says}

## COMMANDS

${leaves(program, ['tshubctl']).map(describe).join('\n')}
## OPTIONS OF EVERY COMMAND

${commonOptions.map(describeOption).join('\n')}
## EXIT STATUS

* 0:
  It worked.
${exits()
  .map(([code, meaning]) => `* ${code}:\n  ${meaning}`)
  .join('\n')}

## SEE ALSO

tshub(7), tshub.toml(5), journalctl(1), systemctl(1)
`;
  return [{ path: 'docs/man/tshubctl.1.md', text }];
}

interface Leaf {
  readonly words: readonly string[];
  readonly command: Command;
}

/** The commands that can be run, with the words that lead to them. */
function leaves(command: Command, words: readonly string[]): Leaf[] {
  const below = (command.commands ?? []).flatMap((one) => leaves(one, [...words, one.name]));
  return command.run === undefined ? below : [{ words, command }, ...below];
}

function describe({ words, command }: Leaf): string {
  const args = (command.arguments ?? []).map((one) => {
    const name = `${one.name.toUpperCase()}${one.isList === true ? '...' : ''}`;
    return one.isOptional === true ? `[${name}]` : name;
  });
  const options = (command.options ?? []).map(describeOption).join('\n');
  const notes = (command.arguments ?? []).map((one) => `* ${one.name.toUpperCase()}:\n  ${one.says}.`).join('\n');
  const parts = [
    `### \`${words.slice(1).join(' ')}\` ${args.join(' ')}`.trimEnd(),
    `${command.says}. ${command.details ?? ''}`.trimEnd(),
    notes,
    options,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function describeOption({ name, short, value, says }: Option): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].map((one) => `\`${one}\``).join(', ');
  return `* ${names}${value === undefined ? '' : ` ${value.toUpperCase()}`}:\n  ${says}.\n`;
}

const meanings: Readonly<Record<number, string>> = {
  1: 'It was refused or it failed; the message says why.',
  2: 'The command line or its values are wrong.',
  3: 'There is no such thing.',
  4: 'You may not do that.',
  5: 'A daemon does not answer.',
  78: 'The settings are wrong.',
};

/** Only the codes that the table of errors has. */
function exits(): Array<[number, string]> {
  const codes = [...new Set(Object.values(errors).map((row) => row.exit))].sort((a, b) => a - b);
  return codes.map((code) => {
    const meaning = meanings[code];
    if (meaning === undefined) throw new Error(`exit code ${code} of the table of errors has no meaning here`);
    return [code, meaning];
  });
}
