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
      return converse(lines, { password, answered: new Set() }, []);
    },
  };
}

/** What the form has given, and which questions it has answered: each kind once, for a stack that asks again means something else. */
interface Given {
  readonly password: string;
  readonly answered: ReadonlySet<PasswordKind>;
}

/** To log in with, or once more before an expired one is changed. */
type PasswordKind = 'current' | 'login';

/** Reads until something is decided or a person is needed. `shown` are messages that nobody has seen yet. */
async function converse(lines: JsonLines, given: Given, shown: readonly AuthQuestion[]): Promise<AuthStep> {
  const reply = await readReply(lines);
  if (reply.type === 'result') {
    lines.close();
    return outcome(reply, shown);
  }
  const questions = reply.messages.filter(isQuestion);
  const only = questions.length === 1 ? questions[0] : undefined;
  const kind = only === undefined ? undefined : passwordKind(only);
  const isKnown = kind !== undefined && !given.answered.has(kind);
  if (questions.length === 0 || isKnown) {
    const values = reply.messages.map((message) => (isKnown && message === only ? given.password : null));
    answer(lines, values);
    const answered = isKnown ? new Set([...given.answered, kind]) : given.answered;
    return converse(lines, { ...given, answered }, [
      ...shown,
      ...reply.messages.filter((message) => !isQuestion(message)),
    ]);
  }
  return {
    kind: 'ask',
    messages: [...shown, ...reply.messages],
    answer(values) {
      answer(lines, values.slice(shown.length));
      return converse(lines, given, []);
    },
    cancel: () => lines.close(),
  };
}

function isQuestion(message: AuthMessage): boolean {
  return message.style === 'secret' || message.style === 'prompt';
}

/** PAM has no word for what a question wants but its text. A one-time code or a new password is never what the form gave. */
function passwordKind({ style, text }: AuthMessage): PasswordKind | undefined {
  if (style !== 'secret' || /\b(new|retype|again|repeat)\b/i.test(text)) return undefined;
  if (/\b(current|old)\b/i.test(text)) return 'current';
  return /passw/i.test(text) || !/\b(code|token|otp|pin|one.?time)\b/i.test(text) ? 'login' : undefined;
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

/** The stack's own complaint says more than its code: which file forbids it, whom to ask. */
function outcome(result: AuthResult, shown: readonly AuthQuestion[]): AuthStep {
  if (result.ok) return { kind: 'ok', user: result.user, groups: result.groups, isAccount: true };
  if (silent.has(result.reason)) return { kind: 'refused', reason: result.reason, text: '' };
  const complaints = shown.filter(({ style, text }) => style === 'error' && text.trim() !== '');
  const text = complaints.length === 0 ? result.text : complaints.map((message) => message.text.trim()).join(' ');
  return { kind: 'refused', reason: result.reason, text };
}
