import type { Settings } from '@tshub/config';
import { authLimits, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { User } from '../users/user.ts';
import type { Admitted } from './admission.ts';
import type { Authenticate, AuthQuestion, AuthStep, Identity } from './authenticators/authenticator.ts';
import { makeConversations } from './conversations.ts';
import { whyRefused } from './refusals.ts';
import { makeThrottle, type ThrottleTicket } from './throttle.ts';
import { cleanUserName, showUserName } from './user-name.ts';

/** What a login came to. `text` may be shown. */
export type LoginOutcome =
  | { readonly kind: 'in'; readonly user: User }
  | { readonly kind: 'ask'; readonly id: string; readonly messages: readonly AuthQuestion[] }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly text: string;
      readonly error: TshubError;
      readonly retrySeconds?: number;
    };

/** What a form holds, and the address of the browser. */
export interface LoginFields {
  readonly username: string;
  readonly password: string;
  readonly from: string;
}

export interface Login {
  begin(fields: LoginFields): Promise<LoginOutcome>;
  /** Answers the question with this id; `values` in the order of its messages. */
  answer(id: string, values: readonly string[]): Promise<LoginOutcome>;
  /** For those who type nothing here: a provider, the web server in front, or nobody at all vouches for them. */
  enter(from: string, check: () => Promise<AuthStep>): Promise<LoginOutcome>;
  /** For a request that cannot be asked more; no session begins. Throws login_refused, login_throttled or login_busy. */
  authenticateOnce(fields: LoginFields): Promise<User>;
  /** Gives up logins that wait for an answer. */
  stop(): void;
}

export interface LoginParts {
  readonly authenticate: Authenticate;
  readonly admit: (identity: Identity) => Promise<Admitted>;
  readonly settings: () => Settings;
  readonly clock: { now(): number };
  readonly log: Log;
  /** Injected by tests. */
  readonly wait?: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** One sentence for an unknown user and for a wrong password. */
export const wrongLogin = 'Invalid username or password';
const notAllowed = 'You are known here, but not allowed to use this hub. Please ask the administrator.';
const asksMore = 'This login asks for more than a name and a password. Please use the login page.';
const tooLate = 'That took too long, or was answered before. Please log in again.';

/**
 * No refusal without a reason is given earlier: pam_unix lets a wrong password wait for up to 3 s, at random, and what is refused without it,
 * or although the password was right, must not be told apart by the time.
 */
const refusalMs = 3000;
const jitterMs = 200;

interface Attempt {
  readonly shown: string;
  readonly from: string;
  readonly began: number;
  readonly ticket: ThrottleTicket;
}

/** Where nothing was guessed, nothing is counted. */
const noTicket: ThrottleTicket = { failed: () => undefined, succeeded: () => undefined, dropped: () => undefined };

/** The rules of coming in: throttle, check, ask, admit. */
export function makeLogin(parts: LoginParts): Login {
  const { authenticate, settings, clock, log } = parts;
  const wait = parts.wait ?? sleep;
  const random = parts.random ?? Math.random;
  let underWay = 0;

  const throttle = makeThrottle(() => {
    const { failures_before_delay, failure_delay_max, failure_window } = settings().login;
    return { free: failures_before_delay, longest: failure_delay_max, window: failure_window };
  });
  const conversations = makeConversations<Attempt>({
    lifetimeMs: authLimits.dialogueMs,
    abandoned: (attempt) => {
      attempt.ticket.failed(clock.now());
      logRefusal(attempt, 'abandoned', 'a question was not answered');
    },
  });

  async function begin({ username, password, from }: Parameters<Login['begin']>[0]): Promise<LoginOutcome> {
    const began = clock.now();
    const shown = showUserName(username);
    const answer = throttle.begin(from, username.trim().slice(0, 256), began);
    if ('waitSeconds' in answer) return throttled(shown, from, answer.waitSeconds);
    const attempt: Attempt = { shown, from, began, ticket: answer.ticket };
    const name = cleanUserName(username);
    if (name === null || password.includes('\0')) return refuse(attempt, 'denied', '', 'no account can be called so');
    return putOff(attempt) ?? step(attempt, () => authenticate.begin({ user: name, password, from }));
  }

  async function enter(from: string, check: () => Promise<AuthStep>): Promise<LoginOutcome> {
    const attempt: Attempt = { shown: '', from, began: clock.now(), ticket: noTicket };
    return putOff(attempt) ?? step(attempt, check);
  }

  async function authenticateOnce(fields: LoginFields): Promise<User> {
    const outcome = await begin(fields);
    if (outcome.kind === 'in') return outcome.user;
    if (outcome.kind === 'refused') throw outcome.error;
    const open = conversations.take(outcome.id);
    open?.ask.cancel();
    open?.extra.ticket.dropped();
    throw new TshubError('login_refused', { problem: asksMore });
  }

  function putOff(attempt: Attempt): LoginOutcome | undefined {
    if (underWay + conversations.size < settings().login.concurrent_limit) return undefined;
    attempt.ticket.dropped();
    log.warn(
      { ...fieldsOf(attempt), reason: 'busy' },
      `Login of ${quote(attempt.shown)} from ${attempt.from} was put off: too many logins at once`,
    );
    return turnedAway(new TshubError('login_busy'));
  }

  async function answer(id: string, values: readonly string[]): Promise<LoginOutcome> {
    const found = conversations.take(id);
    if (found === undefined) return turnedAway(new TshubError('login_refused', { problem: tooLate }));
    const { ask, extra } = found;
    let next = 0;
    const ordered = ask.messages.map(({ style }) =>
      style === 'secret' || style === 'prompt' ? (values[next++] ?? '') : null,
    );
    return step({ ...extra, began: clock.now() }, () => ask.answer(ordered));
  }

  async function step(attempt: Attempt, take: () => Promise<AuthStep>): Promise<LoginOutcome> {
    underWay += 1;
    let result: AuthStep;
    try {
      result = await take();
    } catch (error) {
      attempt.ticket.dropped();
      log.error(
        { ...fieldsOf(attempt), reason: 'not-checked', error },
        `Login of ${quote(attempt.shown)} from ${attempt.from} could not be checked, the user was asked to try again: ${adviceIn(error)}`,
      );
      return turnedAway(new TshubError('login_unchecked'));
    } finally {
      underWay -= 1;
    }
    if (result.kind === 'ask') return { kind: 'ask', ...conversations.keep(result, attempt) };
    if (result.kind === 'refused') return refuse(attempt, result.reason, result.text, whyRefused(result.reason));
    return admit(attempt, result);
  }

  async function admit(attempt: Attempt, identity: Identity): Promise<LoginOutcome> {
    const admitted = await parts.admit(identity);
    attempt.ticket.succeeded(clock.now());
    if (admitted.kind === 'out') {
      logRefusal({ ...attempt, shown: showUserName(admitted.name) }, admitted.reason, admitted.why);
      return turnedAway(new TshubError('login_refused', { problem: notAllowed }));
    }
    const { user } = admitted;
    const { authenticator } = settings().login;
    log.info(
      { event: 'login', user: user.name, from: attempt.from, admin: user.admin, authenticator },
      `${user.name} logged in from ${attempt.from}${user.admin ? ' as an administrator' : ''}`,
    );
    return { kind: 'in', user };
  }

  async function refuse(attempt: Attempt, reason: string, text: string, why: string): Promise<LoginOutcome> {
    const earliest = text === '' ? attempt.began + refusalMs + Math.round(random() * jitterMs) : 0;
    const answerAt = Math.max(clock.now(), earliest);
    if (reason === 'system-error') attempt.ticket.dropped();
    else attempt.ticket.failed(answerAt);
    logRefusal(attempt, reason, why);
    await wait(answerAt - clock.now());
    return turnedAway(new TshubError('login_refused', { problem: text === '' ? wrongLogin : text }));
  }

  function throttled(shown: string, from: string, seconds: number): LoginOutcome {
    log.warn(
      { ...fieldsOf({ shown, from }), reason: 'throttled' },
      `Login of ${quote(shown)} from ${from} was not checked: it must wait ${seconds} s after failed ones`,
    );
    return { ...turnedAway(new TshubError('login_throttled', { seconds })), retrySeconds: seconds };
  }

  function logRefusal(attempt: Pick<Attempt, 'shown' | 'from'>, reason: string, why: string): void {
    log.warn(
      { ...fieldsOf(attempt), reason },
      `Login of ${quote(attempt.shown)} from ${attempt.from} was refused: ${why}`,
    );
  }

  function fieldsOf({ shown, from }: Pick<Attempt, 'shown' | 'from'>): Readonly<Record<string, string>> {
    return { event: 'login-refused', user: shown, from, authenticator: settings().login.authenticator };
  }

  return { begin, answer, enter, authenticateOnce, stop: () => conversations.stop() };
}

function turnedAway(error: TshubError): LoginOutcome & { kind: 'refused' } {
  return { kind: 'refused', status: error.status, text: error.message, error };
}

/** Our own sentence, however deep a library has wrapped it. */
function adviceIn(error: unknown): string {
  if (error instanceof TshubError) return error.message;
  return error instanceof Error && error.cause !== undefined ? adviceIn(error.cause) : 'see TSHUB_STACK';
}

function quote(shown: string): string {
  return shown === '' ? 'somebody' : JSON.stringify(shown);
}

function sleep(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
