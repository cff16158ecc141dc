import { type Form, readForm } from '@tshub/http';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { Caller, Owner } from '../caller/caller.ts';
import type { Session } from '../login/session.ts';
import { loginUrl, ownOrigins, safeNext } from '../login/next.ts';
import type { PagesParts } from './parts.ts';

/** A page asked for by somebody who is logged in. */
export interface Visit {
  readonly session: Session;
  readonly caller: Caller;
  /** Fields of the posted form; empty for GET. */
  readonly form: Form;
}

/** Largest form of a page, in bytes. */
const formLimit = 65_536;

export type VisitParts = Pick<PagesParts, 'access' | 'sessions' | 'settings' | 'xsrf'>;

/**
 * Who visits; undefined when the answer is a way to the login page already.
 * Forms, and whatever else a page of another site could make a browser send, need the XSRF token (throws xsrf).
 */
export async function visit(parts: VisitParts, ctx: Context, limit = formLimit): Promise<Visit | undefined> {
  const session = await parts.sessions.read(ctx);
  const isGet = ctx.method === 'GET' || ctx.method === 'HEAD';
  if (session === null) {
    if (!isGet) throw new TshubError('no_credentials');
    redirect(ctx, loginUrl(ctx));
    return undefined;
  }
  const form = isGet ? new URLSearchParams() : await readForm(ctx.req, { limit });
  parts.xsrf.check(ctx, session, form.get('_xsrf') ?? firstQuery(ctx, '_xsrf'));
  return { session, caller: callerOf(parts, session, ctx.ip), form };
}

function callerOf({ access }: VisitParts, session: Session, from: string): Caller {
  const { id, name, admin } = session.user;
  const owner: Owner = { kind: 'user', id, name, admin };
  return { owner, scopes: access.scopesOf(owner), via: 'cookie', tokenId: null, sessionId: session.id, from };
}

/** Sends a browser to a path of this host. */
export function redirect(ctx: Context, path: string, status = 302): void {
  ctx.status = status;
  ctx.redirect(path);
}

/** A query parameter that must not come twice; the first one. */
export function firstQuery(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Where this request wants to end, if that is here. */
export function nextOf(parts: Pick<PagesParts, 'settings'>, ctx: Context): string | null {
  return safeNext(firstQuery(ctx, 'next'), ownOrigins(ctx, parts.settings().hub.public_url));
}

/** A path with `next` behind it, when there is one. */
export function withNext(path: string, next: string | null): string {
  return next === null ? path : `${path}?next=${encodeURIComponent(next)}`;
}
