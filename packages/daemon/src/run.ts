import { describeError } from './describe-error.ts';
import { exitCodes, type Life, live } from './life.ts';
import { isUnderJournal, type LogLevel, makeLog } from './log.ts';
import { makeNotifier } from './notify.ts';

export interface RunOptions {
  /** The program's name, as in `tshub-hubd`: who speaks, in the journal. */
  readonly name: string;
  readonly start: (life: Life) => Promise<void>;
  readonly level?: LogLevel;
  /** Milliseconds that each stop step may take. */
  readonly stopDeadlineMs?: number;
}

/**
 * Runs a daemon until it is told to stop, and ends the process.
 * Exit codes: 0 after a stop, 1 after a failure, 78 (EX_CONFIG) for settings that cannot be used.
 */
export async function run(options: RunOptions): Promise<never> {
  const { name, start, level = 'info', stopDeadlineMs = 20_000 } = options;
  const journal = isUnderJournal(process.env);
  const log = makeLog({ name, level, journal });
  const notifier = makeNotifier({ env: process.env, pid: process.pid });

  // What nobody caught is a bug; going on would be going on in an unknown state.
  process.on('uncaughtException', (error: unknown) => {
    log.fatal({ error }, `${name} ends after an error that nobody caught: ${describeError(error).message}`);
    process.exit(exitCodes.failed);
  });

  const printProblem = (text: string) => {
    if (journal) for (const line of text.split('\n')) log.fatal(line);
    else process.stderr.write(`${name}: ${text}\n`);
  };
  process.exit(await live({ name, start, log, notifier, signals: process, stopDeadlineMs, printProblem }));
}
