import type { Router } from '@koa/router';
import { readJson } from '@tshub/http';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { PagesParts } from './parts.ts';

/** A browser tells of one thing that a page was not allowed to do. */
const reportLimit = 16_384;
/** Characters of each part that are kept. */
const shownLength = 200;

/** `/hub/security/csp-report`, for who is logged in (peer's contract 5.4). At debug level: extensions of browsers cause most of them, and anybody may send more. */
export function makeCspReport({
  log,
  sessions,
  countReport,
}: Pick<PagesParts, 'countReport' | 'log' | 'sessions'>): (router: Router) => void {
  async function note(ctx: Context): Promise<void> {
    const session = await sessions.read(ctx);
    if (session === null) throw new TshubError('no_credentials');
    countReport();
    const body = await readJson(ctx.req, { limit: reportLimit });
    const report = entriesOf(entriesOf(body)['csp-report']);
    const shown = (key: string): string => (typeof report[key] === 'string' ? oneLine(report[key]) : '');
    log.debug(
      { user: session.user.name, page: shown('document-uri'), blocked: shown('blocked-uri') },
      `A browser of ${session.user.name} kept a page from something: ${shown('violated-directive')}`,
    );
    ctx.status = 204;
  }
  return (router) => void router.post('/hub/security/csp-report', note);
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function oneLine(text: string): string {
  return text.slice(0, shownLength).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
}
