import type { Router } from '@koa/router';
import { type Form, readForm } from '@tshub/http';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { LoginOutcome } from '../login/login.ts';
import { stepOfRemoteUser } from '../login/remote-user.ts';
import { conversationPage } from './conversation-page.ts';
import { defaultTarget } from './default-target.ts';
import { translated } from './languages/sayings.ts';
import { type PageFrame, sendPage } from './layout.ts';
import { loginPage, type LoginWay, onwardPage } from './login-page.ts';
import type { PagesParts } from './parts.ts';
import { strings } from './strings.ts';
import { firstQuery, nextOf, redirect } from './visit.ts';

/** A name and a password are far smaller. */
const formLimit = 65_536;

export type LoginPagesParts = Pick<
  PagesParts,
  'guests' | 'log' | 'login' | 'oidc' | 'servers' | 'sessions' | 'settings' | 'xsrf'
>;

/** `/hub/login`, and the way over a provider and back (peer's contract 7.1). */
export function makeLoginPages(parts: LoginPagesParts, frame: PageFrame): (router: Router) => void {
  const { login, oidc, sessions, settings, xsrf } = parts;
  /** Requests whose form says that its user agrees to the terms. */
  const agreed = new WeakSet<Context>();

  function way(): LoginWay {
    const { authenticator } = settings().login;
    switch (authenticator) {
      case 'guest':
        return { kind: 'guest' };
      case 'oidc':
        return { kind: 'provider', name: oidc.providerName() };
      case 'remote-user':
        return { kind: 'front' };
      case 'dummy':
      case 'pam':
      case 'shared-password':
        return { kind: 'password', lead: strings.login.leads[authenticator] };
    }
  }

  function showForm(
    ctx: Context,
    status: number,
    problem: string | null,
    username = '',
    next = nextOf(parts, ctx),
  ): undefined {
    const token = xsrf.renew(ctx, null);
    const { text, terms } = settings().login;
    sendPage(
      frame,
      ctx,
      null,
      loginPage({ way: way(), token, next, username, problem, status, text, terms, agreed: agreed.has(ctx) }),
    );
    return undefined;
  }

  async function show(ctx: Context): Promise<void> {
    const session = await sessions.read(ctx);
    if (session !== null) return redirect(ctx, nextOf(parts, ctx) ?? defaultTarget(parts, ctx, session.user));
    const { authenticator, auto_login: isAuto, terms } = settings().login;
    if (authenticator === 'remote-user')
      return conclude(ctx, await login.enter(ctx.ip, () => Promise.resolve(stepOfRemoteUser(ctx.req.headers))));
    if (authenticator === 'oidc' && isAuto && terms === '') return toProvider(ctx, redirect);
    return showForm(ctx, 200, null, firstQuery(ctx, 'username')?.slice(0, 256));
  }

  async function submit(ctx: Context): Promise<void> {
    const form = await checkedForm(ctx);
    if (form === undefined) return;
    const username = form.get('username') ?? '';
    const id = form.get('conversation');
    const outcome = id === null ? await begin(ctx, form) : await login.answer(id, form.getAll('answer'));
    if (outcome === 'malformed') return showForm(ctx, 400, strings.login.malformed, username);
    return conclude(ctx, outcome, username);
  }

  /** A form of this page; undefined when the answer has been given. */
  async function checkedForm(ctx: Context): Promise<Form | undefined> {
    const form = await readForm(ctx.req, { limit: formLimit }).catch(formProblem);
    if (form instanceof TshubError) return showForm(ctx, form.status, strings.login.malformed);
    const username = form.get('username') ?? '';
    try {
      xsrf.check(ctx, null, form.get('_xsrf') ?? undefined);
    } catch (error) {
      if (!(error instanceof TshubError)) throw error;
      // A form left open while another tab logged in.
      if ((await sessions.read(ctx)) !== null) {
        await show(ctx);
        return undefined;
      }
      return showForm(ctx, error.status, strings.login.expired, username);
    }
    // The steps after the first one come from people who have agreed already.
    if (form.get('terms') === 'yes') agreed.add(ctx);
    const isFine = settings().login.terms === '' || form.has('conversation') || agreed.has(ctx);
    if (!isFine) return showForm(ctx, 400, strings.login.termsNeeded, username);
    return form;
  }

  async function begin(ctx: Context, form: Form): Promise<LoginOutcome | 'malformed'> {
    if (settings().login.authenticator === 'guest') return login.enter(ctx.ip, parts.guests);
    const [username, ...more] = form.getAll('username');
    if (username === undefined || username.trim() === '' || more.length > 0) return 'malformed';
    return login.begin({ username, password: form.get('password') ?? '', from: ctx.ip });
  }

  async function conclude(
    ctx: Context,
    outcome: LoginOutcome,
    username = '',
    next = nextOf(parts, ctx),
  ): Promise<void> {
    if (outcome.kind === 'ask') {
      const token = xsrf.renew(ctx, null);
      return sendPage(frame, ctx, null, conversationPage(outcome.id, outcome.messages, token, next));
    }
    if (outcome.kind === 'refused') {
      if (outcome.retrySeconds !== undefined) ctx.set('Retry-After', String(outcome.retrySeconds));
      return showForm(ctx, outcome.status, translated(outcome.text), username, next);
    }
    const session = await sessions.begin(ctx, outcome.user);
    xsrf.renew(ctx, session);
    return redirect(ctx, next ?? defaultTarget(parts, ctx, session.user));
  }

  async function toProvider(ctx: Context, send: (ctx: Context, url: string) => void): Promise<void> {
    let url: string;
    try {
      url = await oidc.begin(ctx, nextOf(parts, ctx));
    } catch (error) {
      const refusal = await login.enter(ctx.ip, () => Promise.reject(error));
      return conclude(ctx, refusal);
    }
    send(ctx, url);
  }

  async function leave(ctx: Context): Promise<void> {
    requireOidc(ctx);
    if ((await sessions.read(ctx)) !== null || settings().login.terms !== '') return show(ctx);
    return toProvider(ctx, redirect);
  }

  async function leaveByForm(ctx: Context): Promise<void> {
    requireOidc(ctx);
    if ((await checkedForm(ctx)) === undefined) return;
    return toProvider(ctx, (_, url) => sendPage(frame, ctx, null, onwardPage(url)));
  }

  async function comeBack(ctx: Context): Promise<void> {
    requireOidc(ctx);
    const back = oidc.returned(ctx);
    if (back === undefined) return showForm(ctx, 403, strings.login.providerExpired, '', null);
    // The query is the provider's, none that a page of ours was asked for with.
    ctx.query = {};
    return conclude(ctx, await login.enter(ctx.ip, back.check), '', back.next);
  }

  function requireOidc(ctx: Context): void {
    if (settings().login.authenticator !== 'oidc') throw new TshubError('not_found', { what: ctx.path });
  }

  return (router) => {
    router.get('/hub/login', show);
    router.post('/hub/login', submit);
    router.get('/hub/oauth_login', leave);
    router.post('/hub/oauth_login', leaveByForm);
    router.get('/hub/oauth_callback', comeBack);
  };
}

/** What was wrong with a body; other errors are ours. */
function formProblem(error: unknown): TshubError {
  if (error instanceof TshubError) return error;
  throw error;
}
