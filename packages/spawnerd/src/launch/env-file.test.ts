import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatEnvFile } from './env-file.ts';

/**
 * What systemd does with an environment file (parse_env_file in src/basic/env-file.c), as far as double quotes go:
 * name up to "=", then a quoted value in which a backslash takes away the meaning of `"`, `\`, `` ` `` and `$`, and stays before anything else.
 */
function parseAsSystemd(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    const equals = text.indexOf('="', at);
    const name = text.slice(at, equals);
    let value = '';
    at = equals + 2;
    while (text[at] !== '"') {
      if (text[at] === '\\' && /["\\`$]/.test(text[at + 1] ?? '')) at++;
      value += text[at];
      at++;
      if (at >= text.length) throw new Error('no closing quote');
    }
    if (text[at + 1] !== '\n') throw new Error('something follows the closing quote');
    at += 2;
    variables[name] = value;
  }
  return variables;
}

test('a value is read back as it was, whatever characters it has', () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
  const hard = fc.string({ unit: fc.constantFrom('"', '\\', '$', '`', "'", '#', ';', ' ', '%', '{', 'n') });
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(value, hard)), (variables) => {
      expect(parseAsSystemd(formatEnvFile(variables))).toEqual({ ...variables });
    }),
  );
});

test('a file is one line for each variable', () => {
  expect(formatEnvFile({ A: 'x y', B: '"$HOME" `id` \\' })).toBe('A="x y"\nB="\\"\\$HOME\\" \\`id\\` \\\\"\n');
});
