import { CommanderError } from 'commander';
import type { Screen } from './command.ts';
import { buildProgram } from './commander.ts';
import type { OpenContext } from './context.ts';
import { describeFailure, exitCodes, exitOfUsage, renderFailure } from './exit.ts';
import { renderJson } from './output/json.ts';
import { commonOptions, program } from './program.ts';

export interface World {
  readonly screen: Screen;
  readonly open: () => OpenContext;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Does what was typed after the name of the program, and gives the exit code. Never throws. */
export async function run(words: readonly string[], { screen, open, out, err }: World): Promise<number> {
  let exit: number = exitCodes.ok;
  const fail = (error: unknown, isJson: boolean): void => {
    const failure = describeFailure(error);
    err(renderFailure(failure, isJson));
    exit = failure.exit;
  };
  const command = buildProgram(program, commonOptions, async (work, input) => {
    const { context, close } = open();
    try {
      const { json, text, exit: found = exitCodes.ok } = await work(context, input);
      const output = input.isJson && json !== undefined ? renderJson(json) : text(screen);
      if (output !== '') out(output.endsWith('\n') ? output : `${output}\n`);
      exit = found;
    } catch (error) {
      fail(error, input.isJson);
    } finally {
      await close();
    }
  });
  try {
    await command.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) exit = exitOfUsage(error);
    else fail(error, false);
  }
  return exit;
}
