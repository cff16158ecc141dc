import type { Duplex, Writable } from 'node:stream';
import {
  type AuthAsk,
  type AuthLogin,
  type AuthMessage,
  type AuthResult,
  authAnswers,
  authLimits,
  authLogin,
  TshubError,
} from '@tshub/contract';
import { wipe } from '@tshub/native';
import { broken, readLines } from './line-reader.ts';

/** Puts questions to the person who logs in; rejects when nobody can answer any more. */
export type Ask = (messages: readonly AuthMessage[]) => Promise<ReadonlyArray<string | null>>;

export interface ConversationParts {
  readonly stream: Duplex;
  readonly decide: (login: AuthLogin, ask: Ask) => Promise<AuthResult>;
  readonly limits?: { readonly [name in keyof typeof authLimits]: number };
}

/**
 * Holds one login's conversation up to its result, which the caller sends (see `send`).
 * Errors: `bad_request` when the hub breaks the protocol or takes too long, `daemon_away` when it hangs up.
 * Hanging up does not cut a decision short: a guess that was made is counted by PAM's modules all the same.
 */
export async function converse({ stream, decide, limits = authLimits }: ConversationParts): Promise<AuthResult> {
  const lines = readLines(stream, limits.lineBytes);
  const first = deadline(limits.firstLineMs, `the hub sent nothing for ${limits.firstLineMs / 1000} s`);
  const whole = deadline(limits.dialogueMs, `it took longer than ${limits.dialogueMs / 1000} s`);
  const ask: Ask = async (messages) => {
    lines.check();
    send(stream, { type: 'ask', messages: [...messages] });
    const { values } = parse(authAnswers, await lines.next(), 'answers');
    if (values.length !== messages.length) throw broken('answers that do not match the questions');
    return values;
  };
  try {
    const line = await Promise.race([lines.next(), first.passed]);
    first.cancel();
    const result = await Promise.race([decide(parse(authLogin, line, 'login'), ask), whole.passed]);
    lines.check();
    return result;
  } finally {
    first.cancel();
    whole.cancel();
  }
}

/** Writes one line of the protocol. */
export function send(stream: Writable, message: AuthAsk | AuthResult): void {
  stream.write(`${JSON.stringify(message)}\n`);
}

// The bytes are wiped here; the string that JSON.parse makes of them cannot be, and lives until this process ends.
function parse<Value>(schema: { safeParse(value: unknown): { data?: Value } }, line: Buffer, name: string): Value {
  try {
    const { data } = schema.safeParse(JSON.parse(line.toString()));
    if (data !== undefined) return data;
  } catch {
    // No JSON: the same answer, and nothing of the line in it.
  } finally {
    wipe(line);
  }
  throw broken(`something else than a line of type "${name}"`);
}

function deadline(milliseconds: number, problem: string) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TshubError('bad_request', { problem })), milliseconds);
  });
  passed.catch(() => {});
  return { passed, cancel: () => clearTimeout(timer) };
}
