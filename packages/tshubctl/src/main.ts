import { CommanderError } from 'commander';
import type { Screen } from './command.ts';
import { buildProgram } from './commander.ts';
import { openContext } from './context.ts';
import { describeFailure, exitCodes, exitOfUsage, renderFailure } from './exit.ts';
import { renderJson } from './output/json.ts';
import { printable } from './output/style.ts';
import { commonOptions, program } from './program.ts';

const { stdout, stderr, env } = process;
const screen: Screen = {
  // 0 columns: a terminal that nobody told its size.
  columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined,
  isColoured: stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
  now: Date.now(),
};
// `tshubctl … | head` closes the pipe: that is an end, not a failure.
stdout.on('error', () => process.exit(exitCodes.ok));

const isWatched = stderr.isTTY && !process.argv.includes('--json');
const { context, close } = openContext(isWatched ? (line) => void stderr.write(`${printable(line)}\n`) : null);
const command = buildProgram(program, commonOptions, async (run, input) => {
  try {
    const { json, text, exit = exitCodes.ok } = await run(context, input);
    const output = input.isJson && json !== undefined ? renderJson(json) : text(screen);
    if (output !== '') stdout.write(output.endsWith('\n') ? output : `${output}\n`);
    process.exitCode = exit;
  } catch (error) {
    const failure = describeFailure(error);
    stderr.write(renderFailure(failure, input.isJson));
    process.exitCode = failure.exit;
  } finally {
    await close();
  }
});

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = exitOfUsage(error);
}
