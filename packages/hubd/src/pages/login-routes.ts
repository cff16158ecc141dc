import type { Router } from '@koa/router';
import { type Form, readForm } from '@tshub/http';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { LoginOutcome } from '../login/login.ts';
import { defaultTarget } from './default-target.ts';
import { type PageFrame, sendPage } from './layout.ts';
import { conversationPage, loginPage, logoutPage } from './login-page.ts';
import type { PagesParts } from './parts.ts';
import { strings } from './strings.ts';
import { firstQuery, nextOf, redirect, visit } from './visit.ts';

/** A name and a password are far smaller. */
const formLimit = 65_536;

export type LoginPagesParts = Pick<
  PagesParts,
  'access' | 'log' | 'login' | 'servers' | 'sessions' | 'settings' | 'tokens' | 'xsrf'
>;

/** `/hub/login` and `/hub/logout` (peer's contract 7.1). */
export function makeLoginPages(parts: LoginPagesParts, frame: PageFrame): (router: Router) => void {
  const { login, sessions, xsrf } = parts;

  function showForm(ctx: Context, status: number, problem: string | null, username: string): void {
    const token = xsrf.renew(ctx, null);
    sendPage(frame, ctx, null, loginPage({ token, next: nextOf(parts, ctx), username, problem, status }));
  }

  async function show(ctx: Context): Promise<void> {
    const session = await sessions.read(ctx);
    if (session !== null) return redirect(ctx, nextOf(parts, ctx) ?? defaultTarget(parts, ctx, session.user));
    showForm(ctx, 200, null, firstQuery(ctx, 'username')?.slice(0, 256) ?? '');
  }

  async function submit(ctx: Context): Promise<void> {
    const form = await readForm(ctx.req, { limit: formLimit }).catch(formProblem);
    if (form instanceof TshubError) return showForm(ctx, form.status, strings.login.malformed, '');
    const username = form.get('username') ?? '';
    try {
      xsrf.check(ctx, null, form.get('_xsrf') ?? undefined);
    } catch (error) {
      if (!(error instanceof TshubError)) throw error;
      // A form left open while another tab logged in.
      if ((await sessions.read(ctx)) !== null) return show(ctx);
      return showForm(ctx, error.status, strings.login.expired, username);
    }
    const id = form.get('conversation');
    const outcome = id === null ? await begin(ctx, form) : await login.answer(id, form.getAll('answer'));
    if (outcome === 'malformed') return showForm(ctx, 400, strings.login.malformed, username);
    return conclude(ctx, outcome, username);
  }

  async function begin(ctx: Context, form: Form): Promise<LoginOutcome | 'malformed'> {
    const [username, ...more] = form.getAll('username');
    if (username === undefined || username.trim() === '' || more.length > 0) return 'malformed';
    return login.begin({ username, password: form.get('password') ?? '', from: ctx.ip });
  }

  async function conclude(ctx: Context, outcome: LoginOutcome, username: string): Promise<void> {
    if (outcome.kind === 'ask') {
      return sendPage(
        frame,
        ctx,
        null,
        conversationPage(outcome.id, outcome.messages, xsrf.renew(ctx, null), nextOf(parts, ctx)),
      );
    }
    if (outcome.kind === 'refused') {
      if (outcome.retrySeconds !== undefined) ctx.set('Retry-After', String(outcome.retrySeconds));
      return showForm(ctx, outcome.status, outcome.text, username);
    }
    const session = await sessions.begin(ctx, outcome.user);
    xsrf.renew(ctx, session);
    return redirect(ctx, nextOf(parts, ctx) ?? defaultTarget(parts, ctx, session.user));
  }

  /** A plain link to this page must not log anybody out: it asks first. */
  async function askLogout(ctx: Context): Promise<void> {
    const session = await sessions.read(ctx);
    if (session === null) return redirect(ctx, '/hub/login');
    sendPage(frame, ctx, session, logoutPage(xsrf.token(ctx, session)));
  }

  async function logout(ctx: Context): Promise<void> {
    if ((await sessions.read(ctx)) === null) return redirect(ctx, '/hub/login');
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { user, id } = visitor.session;
    // First the session: no token can be had of it after this.
    await sessions.end(ctx, visitor.session);
    await parts.tokens.revokeSession(user.id, id);
    parts.log.info({ event: 'logout', user: user.name, from: ctx.ip }, `${user.name} logged out`);
    redirect(ctx, '/hub/login');
  }

  return (router) => {
    router.get('/hub/login', show);
    router.post('/hub/login', submit);
    router.get('/hub/logout', askLogout);
    router.post('/hub/logout', logout);
  };
}

/** What was wrong with a body; other errors are ours. */
function formProblem(error: unknown): TshubError {
  if (error instanceof TshubError) return error;
  throw error;
}
