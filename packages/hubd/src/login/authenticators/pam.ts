import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type AuthAnswers,
  authLimits,
  type AuthLogin,
  type AuthMessage,
  type AuthReply,
  authReply,
  type AuthResult,
  TshubError,
  units,
} from '@tshub/contract';
import type { Authenticate, AuthQuestion, AuthStep } from './authenticator.ts';
import { type JsonLines, makeJsonLines } from './json-lines.ts';

/** Opens one connection to authd: one login. */
export type ConnectAuthd = () => Promise<Duplex>;

/** authd's own deadline and a little more, so that it is authd who says that time is up. */
const replyMs = authLimits.dialogueMs + 5000;

/** Connects to authd's socket; systemd starts a process for each connection. */
export function connectAuthdAt(path: string): ConnectAuthd {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
      socket.once('error', reject);
    });
}

/**
 * Accounts of this host, checked by authd.
 * The password answers the first question that hides what is typed; what the PAM stack asks beyond that goes to the person.
 */
export function makePamAuthenticate({ connectAuthd }: { readonly connectAuthd: ConnectAuthd }): Authenticate {
  return {
    async begin({ user, password, from }) {
      const stream = await connectAuthd().catch((error: unknown) => {
        throw away(error);
      });
      const lines = makeJsonLines(stream, authLimits.lineBytes);
      lines.write({ type: 'login', user, ...(from === '' ? {} : { rhost: from }) } satisfies AuthLogin);
      return converse(lines, password, []);
    },
  };
}

/** Reads until something is decided or a person is needed. `shown` are messages that nobody has seen yet. */
async function converse(
  lines: JsonLines,
  password: string | undefined,
  shown: readonly AuthQuestion[],
): Promise<AuthStep> {
  const reply = await readReply(lines);
  if (reply.type === 'result') {
    lines.close();
    return outcome(reply, shown);
  }
  const questions = reply.messages.filter(isQuestion);
  if (questions.length === 0) {
    answer(
      lines,
      reply.messages.map(() => null),
    );
    return converse(lines, password, [...shown, ...reply.messages]);
  }
  const only = questions.length === 1 ? questions[0] : undefined;
  if (password !== undefined && only !== undefined && wantsPassword(only)) {
    answer(
      lines,
      reply.messages.map((message) => (message === only ? password : null)),
    );
    return converse(lines, undefined, [...shown, ...reply.messages.filter((message) => message !== only)]);
  }
  return {
    kind: 'ask',
    messages: [...shown, ...reply.messages],
    answer(values) {
      answer(lines, values.slice(shown.length));
      return converse(lines, password, []);
    },
    cancel: () => lines.close(),
  };
}

function isQuestion(message: AuthMessage): boolean {
  return message.style === 'secret' || message.style === 'prompt';
}

/** A stack may ask for the one-time code first; the password must not be spent on it. */
function wantsPassword(question: AuthMessage): boolean {
  return (
    question.style === 'secret' &&
    (/passw/i.test(question.text) || !/\b(code|token|otp|pin|one.?time)\b/i.test(question.text))
  );
}

function answer(lines: JsonLines, values: ReadonlyArray<string | null>): void {
  lines.write({ type: 'answers', values: [...values] } satisfies AuthAnswers);
}

async function readReply(lines: JsonLines): Promise<AuthReply> {
  try {
    const line = await lines.read(replyMs);
    if (line === undefined) throw new Error('authd closed the connection without a result');
    return authReply.parse(line);
  } catch (error) {
    lines.close();
    throw away(error);
  }
}

function away(cause: unknown): TshubError {
  return new TshubError('daemon_away', { unit: units.authSocket }, { cause });
}

/** Reasons that may hide behind a name or a password that is wrong: nothing is told that would set one apart from the other. */
const silent: ReadonlySet<string> = new Set(['denied', 'aborted', 'too-many-tries']);

function outcome(result: AuthResult, shown: readonly AuthQuestion[]): AuthStep {
  if (result.ok) return { kind: 'ok', user: result.user, groups: result.groups };
  if (silent.has(result.reason)) return { kind: 'refused', reason: result.reason, text: '' };
  const said = shown.map((message) => message.text.trim()).filter((text) => text !== '' && text !== result.text);
  return { kind: 'refused', reason: result.reason, text: [result.text, ...said].join(' ') };
}
