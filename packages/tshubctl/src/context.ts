import { execFile, spawn } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { connectBus, type Bus, type Callable, type Calls } from '@tshub/bus';
import { TshubError } from '@tshub/contract';
import { startPasswordAgent } from './agent.ts';
import type { Context, RanProgram } from './command.ts';

export interface OpenContext {
  readonly context: Context;
  close(): Promise<void>;
}

/** Time to type a password, on top of what the call takes. */
const passwordMs = 120_000;

/** The world as it is: the system bus, this terminal, this account. Connects only when a command asks. */
export function openContext(tell: Context['tell']): OpenContext {
  let connected: Promise<Bus> | undefined;
  const bus = (): Promise<Bus> => (connected ??= connectBus());

  const ask = async <I extends Callable, T>(
    table: I,
    timeoutMs: number,
    work: (calls: Calls<I>) => Promise<T>,
  ): Promise<T> => {
    const connection = await bus();
    try {
      return await work(connection.calls(table, { timeoutMs }));
    } catch (error) {
      const canAsk = process.stdin.isTTY && process.getuid?.() !== 0;
      if (!canAsk || !(error instanceof TshubError) || error.code !== 'forbidden') throw error;
    }
    const endAgent = await startPasswordAgent();
    try {
      return await work(connection.calls(table, { timeoutMs: timeoutMs + passwordMs, interactive: true }));
    } finally {
      await endAgent();
    }
  };

  const close = async (): Promise<void> => {
    await (await connected?.catch(() => undefined))?.close();
  };

  return { context: { user: ownName(), hostname: hostname(), bus, ask, tell, show, read }, close };
}

/** The login name; a uid without an account has only its number. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

function show(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', (cause) => reject(new TshubError('not_found', { what: `the program ${program}` }, { cause })));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function read(program: string, args: readonly string[]): Promise<RanProgram | null> {
  return new Promise((resolve) => {
    execFile(program, args, (error, stdout) => {
      if (error === null) return resolve({ exit: 0, stdout });
      resolve(typeof error.code === 'number' ? { exit: error.code, stdout } : null);
    });
  });
}
