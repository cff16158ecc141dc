import type { Settings } from '@tshub/config';
import { authLimits, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { User, UsersStore } from '../users/user.ts';
import { decideAdmission } from './allow.ts';
import type { Authenticate, AuthQuestion, AuthStep } from './authenticators/authenticator.ts';
import { makeConversations } from './conversations.ts';
import { makeThrottle, type ThrottleTicket } from './throttle.ts';
import { cleanUserName, showUserName } from './user-name.ts';

/** What a login came to. `text` may be shown. */
export type LoginOutcome =
  | { readonly kind: 'in'; readonly user: User }
  | { readonly kind: 'ask'; readonly id: string; readonly messages: readonly AuthQuestion[] }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string; readonly retrySeconds?: number };

export interface Login {
  begin(attempt: {
    readonly username: string;
    readonly password: string;
    readonly from: string;
  }): Promise<LoginOutcome>;
  /** Answers the question with this id; `values` in the order of its messages. */
  answer(id: string, values: readonly string[]): Promise<LoginOutcome>;
  /** Gives up logins that wait for an answer. */
  stop(): void;
}

export interface LoginParts {
  readonly authenticate: Authenticate;
  readonly users: Pick<UsersStore, 'ensure'>;
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
const cannotCheck =
  'Logins cannot be checked at the moment. Please try again, and tell the administrator if it stays so.';
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

/** The rules of coming in: throttle, check, ask, admit. */
export function makeLogin(parts: LoginParts): Login {
  const { authenticate, users, settings, clock, log } = parts;
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
    if (underWay + conversations.size >= settings().login.concurrent_limit) {
      attempt.ticket.dropped();
      log.warn(
        { event: 'login-refused', user: shown, from, reason: 'busy' },
        `Login of ${quote(shown)} from ${from} was put off: too many logins at once`,
      );
      return turnedAway(new TshubError('login_busy'));
    }
    return step(attempt, () => authenticate.begin({ user: name, password, from }));
  }

  async function answer(id: string, values: readonly string[]): Promise<LoginOutcome> {
    const found = conversations.take(id);
    if (found === undefined) return { kind: 'refused', status: 403, text: tooLate };
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
        { event: 'login-refused', user: attempt.shown, from: attempt.from, reason: 'not-checked', error },
        `Login of ${quote(attempt.shown)} from ${attempt.from} could not be checked, the user was asked to try again: ${error instanceof TshubError ? error.message : 'see TSHUB_STACK'}`,
      );
      return { kind: 'refused', status: 503, text: cannotCheck };
    } finally {
      underWay -= 1;
    }
    if (result.kind === 'ask') return { kind: 'ask', ...conversations.keep(result, attempt) };
    if (result.kind === 'refused') return refuse(attempt, result.reason, result.text, whyRefused(result.reason));
    return admit(attempt, result.user, result.groups);
  }

  async function admit(attempt: Attempt, name: string, groups: readonly string[]): Promise<LoginOutcome> {
    const { allowed, admin } = decideAdmission(settings().login, name, groups);
    attempt.ticket.succeeded(clock.now());
    if (!allowed) {
      logRefusal({ ...attempt, shown: name }, 'not-allowed', 'the settings in [login] do not let this user in');
      return { kind: 'refused', status: 403, text: notAllowed };
    }
    const user = await users.ensure(name, admin);
    log.info(
      { event: 'login', user: user.name, from: attempt.from, admin },
      `${user.name} logged in from ${attempt.from}${admin ? ' as an administrator' : ''}`,
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
    return { kind: 'refused', status: 403, text: text === '' ? wrongLogin : text };
  }

  function throttled(shown: string, from: string, seconds: number): LoginOutcome {
    log.warn(
      { event: 'login-refused', user: shown, from, reason: 'throttled' },
      `Login of ${quote(shown)} from ${from} was not checked: it must wait ${seconds} s after failed ones`,
    );
    return { ...turnedAway(new TshubError('login_throttled', { seconds })), retrySeconds: seconds };
  }

  function logRefusal({ shown, from }: Pick<Attempt, 'shown' | 'from'>, reason: string, why: string): void {
    log.warn(
      { event: 'login-refused', user: shown, from, reason },
      `Login of ${quote(shown)} from ${from} was refused: ${why}`,
    );
  }

  return { begin, answer, stop: () => conversations.stop() };
}

function turnedAway(error: TshubError): LoginOutcome & { kind: 'refused' } {
  return { kind: 'refused', status: error.status, text: error.message };
}

const reasons: Readonly<Record<string, string>> = {
  denied: 'unknown user or wrong password',
  'account-expired': 'the account has expired',
  'account-locked': 'the account is locked',
  'password-expired': 'the password has expired and was not changed',
  'not-permitted': 'the account may not log in here now',
  'too-many-tries': 'too many wrong passwords',
  aborted: 'the questions were not answered',
  'system-error': 'PAM could not check it; see the messages of tshub-authd',
};

function whyRefused(reason: string): string {
  return reasons[reason] ?? reason;
}

function quote(shown: string): string {
  return JSON.stringify(shown);
}

function sleep(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
