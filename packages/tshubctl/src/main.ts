import { openContext } from './context.ts';
import { exitCodes } from './exit.ts';
import { screenOf } from './output/screen.ts';
import { printable } from './output/style.ts';
import { run } from './run.ts';

const { stdout, stderr, env } = process;
// `tshubctl … | head` closes the pipe: that is an end, not a failure.
stdout.on('error', () => process.exit(exitCodes.ok));

const isWatched = stderr.isTTY && !process.argv.includes('--json');
const tell = isWatched ? (line: string) => void stderr.write(`${printable(line)}\n`) : null;

process.exitCode = await run(process.argv.slice(2), {
  screen: screenOf(stdout, env, Date.now()),
  open: () => openContext(tell),
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
});
