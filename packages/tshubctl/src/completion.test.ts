import { expect, test } from 'vitest';
import { completionScript, shells } from './completion.ts';
import { commonOptions, program } from './program.ts';

test.each(shells)('%s is told every noun and verb', (shell) => {
  const script = completionScript(shell, program, commonOptions);
  for (const { name, commands = [] } of program.commands ?? []) {
    expect(script).toContain(name);
    for (const verb of commands) expect(script).toContain(verb.name);
  }
});
