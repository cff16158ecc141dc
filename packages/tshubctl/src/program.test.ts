import { expect, test } from 'vitest';
import type { CommandSpec } from './command.ts';
import { commonOptions, program } from './program.ts';

interface Placed {
  readonly path: string;
  readonly command: CommandSpec;
}

function everyCommand(command: CommandSpec, path: string): Placed[] {
  return [
    { path, command },
    ...(command.commands ?? []).flatMap((child) => everyCommand(child, `${path} ${child.name}`)),
  ];
}

const all = everyCommand(program, 'tshubctl');

/** Words that begin a sentence of an argument or of an option. */
const capital = /^[A-Z][^.]*[^.]$/;

test.each(all)('the help of "$path" is an imperative phrase with a capital and without a full stop', ({ command }) => {
  expect(command.says).toMatch(capital);
  expect(command.says).toMatch(
    /^(Change|Check|Compare|Control|Delete|Give|Leave|Let|List|Look|Make|Manage|Print|Put|Revoke|Set|Show|Start|Stop|Take)\b/,
  );
  for (const { says } of [...(command.arguments ?? []), ...(command.options ?? [])]) expect(says).toMatch(capital);
});

test.each(all)('"$path" either does something or has verbs, which are sorted', ({ command }) => {
  expect(command.run === undefined).toBe(command.commands !== undefined);
  const names = (command.commands ?? []).map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
});

test.each(all)('the options of "$path" do not clash', ({ command }) => {
  const options = [...(command.options ?? []), ...commonOptions, { name: 'help', short: 'h' }];
  const letters = options.flatMap(({ short }) => (short === undefined ? [] : [short]));
  expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
  expect(new Set(letters).size).toBe(letters.length);
});

test.each(all)('the optional arguments of "$path" come last', ({ command }) => {
  const optional = (command.arguments ?? []).map(({ isOptional = false }) => isOptional);
  expect(optional).toEqual(optional.toSorted((a, b) => Number(a) - Number(b)));
});

test.each(all)('only the last argument of "$path" may be given more than once', ({ command }) => {
  expect((command.arguments ?? []).slice(0, -1).some(({ isList = false }) => isList)).toBe(false);
});

test('nouns are singular', () => {
  for (const { name, commands } of program.commands ?? []) if (commands !== undefined) expect(name).not.toMatch(/s$/);
});
