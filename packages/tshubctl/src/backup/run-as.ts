import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline, type Readable, Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TshubError } from '@tshub/contract';
import type { Context } from '../command.ts';

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export type IdsOf = (account: string) => Promise<Ids>;
export type GidOf = (group: string) => Promise<number>;

/** Looks an account up; throws not_found for one that this host does not have. */
export async function idsOf(context: Pick<Context, 'read'>, account: string): Promise<Ids> {
  const [, , uid, gid] = await lookUp(context, 'passwd', account);
  return { uid: Number(uid), gid: Number(gid) };
}

export async function gidOf(context: Pick<Context, 'read'>, group: string): Promise<number> {
  const [, , gid] = await lookUp(context, 'group', group);
  return Number(gid);
}

async function lookUp(context: Pick<Context, 'read'>, database: 'passwd' | 'group', name: string): Promise<string[]> {
  const found = await context.read('getent', [database, name]);
  if (found === null || found.exit !== 0)
    throw new TshubError('not_found', {
      what: `the ${database === 'group' ? 'group' : 'account'} ${name} on this host`,
    });
  return found.stdout.trim().split(':');
}

/** A program that writes nothing for so long is stuck: whoever it runs as, taken over, may have put something there that never ends. */
const mostQuietMs = 600_000;

/** Runs a program as somebody, gives its output to `take`, and throws backup_refused with its last words if it fails or is stuck. */
export async function runAs<T>(
  ids: Ids,
  command: readonly string[],
  take: (output: Readable) => Promise<T>,
  quietMs = mostQuietMs,
): Promise<T> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...ids,
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const words = text(child.stderr);
  const watch = watchProgress(child, child.stdout, program, quietMs);
  try {
    const [taken, exit, said] = await Promise.race([
      Promise.all([
        take(watch.output).catch((error: unknown) => {
          child.kill();
          throw error;
        }),
        ended,
        words,
      ]),
      watch.stuck,
    ]);
    if (exit === 0) return taken;
    throw new TshubError('backup_refused', { problem: said.trim().split('\n').at(-1) || `${program} failed` });
  } finally {
    watch.end();
  }
}

interface Watch {
  /** What the program writes, from its first byte. */
  readonly output: Readable;
  readonly stuck: Promise<never>;
  end(): void;
}

/** Ends a program that makes no progress; `stuck` then fails, whatever still holds its output open. */
function watchProgress(child: ChildProcess, stdout: Readable, program: string, quietMs: number): Watch {
  const { promise, reject } = withReject();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    stdout.destroy();
    child.stderr?.destroy();
    reject(
      new TshubError('backup_refused', {
        problem: `${program} has written nothing for ${Math.round(quietMs / 1000)} seconds and was ended; what it reads may be no plain file`,
      }),
    );
  }, quietMs);
  // Between the two, not a listener beside: that would set the output flowing, and who reads late would miss its beginning.
  const output = new Transform({
    transform(chunk, _, done) {
      timer.refresh();
      done(null, chunk);
    },
  });
  pipeline(stdout, output, () => undefined);
  return { output, stuck: promise, end: () => clearTimeout(timer) };
}

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, no) => (reject = no));
  promise.catch(() => undefined);
  return { promise, reject };
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
