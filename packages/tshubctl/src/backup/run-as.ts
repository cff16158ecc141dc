import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
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

/** Runs a program as somebody, gives its output to `take`, and throws backup_refused with its last words if it fails. */
export async function runAs<T>(
  ids: Ids,
  command: readonly string[],
  take: (output: Readable) => Promise<T>,
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
  const [taken, exit, said] = await Promise.all([
    take(child.stdout).catch((error: unknown) => {
      child.kill();
      throw error;
    }),
    ended,
    words,
  ]);
  if (exit === 0) return taken;
  throw new TshubError('backup_refused', { problem: said.trim().split('\n').at(-1) || `${program} failed` });
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
