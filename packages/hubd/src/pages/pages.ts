import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import { allowFormTarget } from '@tshub/http';
import type { Context } from 'koa';
import { nextOf } from './visit.ts';
import { ownOrigins, safeNext } from '../login/next.ts';
import type { Confirmation } from '../oauth/flow.ts';
import { makeAdminPages } from './admin/pages.ts';
import { makeBlocks } from './blocks.ts';
import { makeBrands } from './brand.ts';
import { confirmPage } from './confirm-page.ts';
import { makeCspReport } from './csp-report.ts';
import { errorPage, plainError, type ShownError } from './error-page.ts';
import { makeHomePages } from './home-routes.ts';
import { type PageFrame, sendPage } from './layout.ts';
import { makeLanguageChoice } from './languages/language-choice.ts';
import { makeLogPages } from './log-routes.ts';
import { makeLoginPages } from './login-routes.ts';
import { makeLogoutPages } from './logout-routes.ts';
import type { PagesParts } from './parts.ts';
import { makeProgress } from './progress-routes.ts';
import { makeRedirects } from './redirect-routes.ts';
import { Restarts } from './restarts.ts';
import { makeSharePages } from './share-routes.ts';
import { makeSharesPages } from './shares-routes.ts';
import { makeSpawnPages } from './spawn-routes.ts';
import { readStaticFiles } from './static-files.ts';
import { makeTokenPages } from './token-routes.ts';
import { makeUserPages } from './user-routes.ts';

export interface Pages {
  /** Mounts every page, and what leads from outside the hub's prefix into it. */
  mount(router: Router): void;
  /** For the error boundary. Looks up by itself who is logged in. */
  renderError(ctx: Context, error: ShownError): Promise<void>;
  /** For OAuth's authorize; the form goes back to the same address. */
  renderConfirm(ctx: Context, confirmation: Confirmation): void;
}

/** Everything that people see. */
export function makePages(parts: PagesParts): Pages {
  const { settings, xsrf, access } = parts;
  const files = readStaticFiles();
  const brands = makeBrands(settings, files, parts.log);
  const blocks = makeBlocks(settings, parts.log);
  const frame: PageFrame = { settings, xsrf, access, files, brands, blocks };

  async function renderError(ctx: Context, error: ShownError): Promise<void> {
    const session = await parts.sessions.read(ctx).catch(() => null);
    const from = ctx.method === 'GET' ? null : safeNext(ctx.get('Referer'), ownOrigins(ctx, settings().hub.public_url));
    sendPage(frame, ctx, session, errorPage(error, { isLoggedIn: session !== null, from }));
  }

  /** proxyd fetches this page and answers with the status it stands for. */
  async function showError(ctx: Context): Promise<void> {
    const status = Number((ctx.params as { code?: string }).code);
    if (!Number.isInteger(status) || status < 400 || status > 599)
      throw new TshubError('not_found', { what: ctx.path });
    await renderError(ctx, plainError(status));
    ctx.status = 200;
  }

  const restarts = new Restarts(parts.servers, parts.log);
  const rooms = [
    makeAdminPages(parts, frame),
    makeLoginPages(parts, frame),
    makeLogoutPages(parts, frame),
    makeHomePages(parts, frame, restarts),
    makeLogPages(parts, frame),
    makeSharePages(parts, frame),
    makeSharesPages(parts, frame),
    makeSpawnPages(parts, frame, restarts),
    makeTokenPages(parts, frame),
    makeUserPages(parts, frame),
    makeProgress(parts),
    makeRedirects(parts),
    makeCspReport(parts),
  ];
  return {
    mount(router) {
      files.mount(router);
      brands.mount(router);
      router.get('/hub/error/:code', showError);
      makeLanguageChoice(settings, (ctx) => nextOf(parts, ctx))(router);
      for (const mountRoom of rooms) mountRoom(router);
    },
    renderError,
    renderConfirm(ctx, confirmation) {
      const { session, client } = confirmation;
      allowFormTarget(ctx, client.redirectUri);
      sendPage(frame, ctx, session, confirmPage(access, confirmation, ctx.url, parts.xsrf.token(ctx, session)));
    },
  };
}
