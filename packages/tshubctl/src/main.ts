import { openContext } from './context.ts';
import { exitCodes } from './exit.ts';
import { printable } from './output/style.ts';
import { run } from './run.ts';

const { stdout, stderr, env } = process;
// `tshubctl … | head` closes the pipe: that is an end, not a failure.
stdout.on('error', () => process.exit(exitCodes.ok));

const isWatched = stderr.isTTY && !process.argv.includes('--json');
const tell = isWatched ? (line: string) => void stderr.write(`${printable(line)}\n`) : null;

process.exitCode = await run(process.argv.slice(2), {
  screen: {
    // 0 columns: a terminal that nobody told its size.
    columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined,
    isColoured: stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    now: Date.now(),
  },
  open: () => openContext(tell),
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
});
