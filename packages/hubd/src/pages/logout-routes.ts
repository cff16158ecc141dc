import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { type PageFrame, sendPage } from './layout.ts';
import { loggedOutPage, logoutPage } from './login-page.ts';
import type { PagesParts } from './parts.ts';
import { redirect, type Visit, visit } from './visit.ts';

export type LogoutPagesParts = Pick<
  PagesParts,
  'access' | 'log' | 'servers' | 'sessions' | 'settings' | 'tokens' | 'xsrf'
>;

/** `/hub/logout`: a POST, and a GET that asks first, for a plain link must not log anybody out. */
export function makeLogoutPages(parts: LogoutPagesParts, frame: PageFrame): (router: Router) => void {
  const { sessions, settings, xsrf } = parts;

  async function ask(ctx: Context): Promise<void> {
    const session = await sessions.read(ctx);
    if (session === null) return redirect(ctx, '/hub/login');
    sendPage(frame, ctx, session, logoutPage(xsrf.token(ctx, session), settings().hub.shutdown_on_logout));
  }

  async function logout(ctx: Context): Promise<void> {
    if ((await sessions.read(ctx)) === null) return redirect(ctx, '/hub/login');
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { user, id } = visitor.session;
    // First the session: no token can be had of it after this.
    await sessions.end(ctx, visitor.session);
    await parts.tokens.revokeSession(user.id, id);
    const { authenticator, auto_login: isAuto } = settings().login;
    parts.log.info({ event: 'logout', user: user.name, from: ctx.ip, authenticator }, `${user.name} logged out`);
    if (settings().hub.shutdown_on_logout) stopServers(visitor);
    // Otherwise the login page would let in again at once.
    if (authenticator === 'remote-user' || (authenticator === 'oidc' && isAuto))
      return sendPage(frame, ctx, null, loggedOutPage());
    redirect(ctx, '/hub/login');
  }

  /** Nobody waits for it: the user is gone. */
  function stopServers({ caller, session: { user } }: Visit): void {
    const active = parts.servers.ofUser(user.id).filter((server) => server.active);
    for (const { name } of active) {
      parts.servers
        .stop(caller, user, name, 'its user logged out')
        .then(({ done }) => done)
        .catch((error: unknown) => {
          const which = name === '' ? 'The server' : `The server ${JSON.stringify(name)}`;
          parts.log.warn(
            { user: user.name, server: name, error },
            `${which} of ${user.name} was not stopped at the logout; it goes on`,
          );
        });
    }
  }

  return (router) => {
    router.get('/hub/logout', ask);
    router.post('/hub/logout', logout);
  };
}
