import { randomBytes } from 'node:crypto';
import type { Settings } from '@tshub/config';
import type Koa from 'koa';
import type { Context } from 'koa';
import { type CreateSessionOptions, createSession } from 'koa-session';
import type { User, UsersStore } from '../users/user.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { isSomebodyElse } from './remote-user.ts';
import type { Refresh } from './refresh.ts';
import type { Session, Sessions } from './session.ts';

export const cookieNames = {
  login: 'jupyterhub-hub-login',
  session: 'jupyterhub-session-id',
  xsrf: '_xsrf',
  services: 'jupyterhub-services',
} as const;

export interface SessionsParts {
  readonly users: Pick<UsersStore, 'byCookieId'>;
  /** The first signs, all are believed; at least one. */
  readonly keys: readonly string[];
  readonly ended: Pick<EndedSessions, 'add' | 'has'>;
  readonly settings: () => Settings;
  readonly refresh: Refresh;
  readonly clock: { now(): number };
}

/** Sessions, and what puts them on an application. */
export interface SessionRoom extends Sessions {
  /** Before every middleware that reads a session. */
  install(app: Koa): void;
}

/** All that the login cookie holds; it is signed, not secret. `id` is the user's, `session` this login's, `at` its time in milliseconds. */
interface LoginCookie {
  readonly id?: unknown;
  readonly session?: unknown;
  readonly at?: unknown;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Logins of browsers: koa-session keeps the signed cookie, this decides what it is worth. */
export function makeSessions({ users, keys, ended, settings, refresh, clock }: SessionsParts): SessionRoom {
  if (keys.length === 0) throw new Error('no key to sign cookies with');
  const maxAge = (): number => settings().hub.cookie_max_age_days * dayMs;
  const firstMaxAge = maxAge();
  const sessionOf = new WeakMap<Context, Promise<Session | null>>();
  const sessionIds = new WeakMap<Context, string>();

  function setSessionId(ctx: Context, id: string): void {
    if (sessionIds.get(ctx) === id) return;
    sessionIds.set(ctx, id);
    if (ctx.cookies.get(cookieNames.session, { signed: false }) === id) return;
    ctx.cookies.set(cookieNames.session, id, {
      path: '/',
      httpOnly: true,
      sameSite: settings().hub.cookie_same_site,
      signed: false,
      overwrite: true,
    });
  }

  async function readCookie(ctx: Context): Promise<Session | null> {
    const { id, session: sessionId, at } = slot(ctx).session ?? {};
    if (typeof id !== 'string' || typeof sessionId !== 'string' || typeof at !== 'number') return null;
    if (clock.now() - at > maxAge() || ended.has(sessionId)) return null;
    const user = await users.byCookieId(id);
    // Who is blocked is out at once, not only at the next login.
    if (user === undefined || settings().login.blocked_users.includes(user.name)) return null;
    if (isSomebodyElse(settings().login, ctx.req.headers, user.name)) return null;
    if (!(await refresh(user))) return null;
    const session = { user, id: sessionId };
    setSessionId(ctx, session.id);
    return session;
  }

  return {
    install(app) {
      app.keys = [...keys];
      app.use(async (ctx, next) => {
        ctx.cookies.secure = isSecure(ctx, settings());
        await next();
      });
      const { cookie_host_prefix: isOfHost, cookie_same_site: sameSite } = settings().hub;
      const options: CreateSessionOptions & { readonly path: string } = {
        // Browsers take a cookie of this name from this host over https alone, for the whole of it; proxyd keeps it from user servers.
        key: isOfHost ? `__Host-${cookieNames.login}` : cookieNames.login,
        path: isOfHost ? '/' : '/hub/',
        maxAge: firstMaxAge,
        sameSite,
      };
      app.use(createSession(options, app));
    },
    read(ctx) {
      const known = sessionOf.get(ctx);
      if (known !== undefined) return known;
      const reading = readCookie(ctx);
      sessionOf.set(ctx, reading);
      return reading;
    },
    async begin(ctx, user: User) {
      refresh.forget(user);
      const session = { user, id: newSessionId() };
      slot(ctx).session = { id: user.cookieId, session: session.id, at: clock.now() };
      setSessionId(ctx, session.id);
      sessionOf.set(ctx, Promise.resolve(session));
      return session;
    },
    ensureId(ctx) {
      const known = sessionIds.get(ctx) ?? ctx.cookies.get(cookieNames.session, { signed: false }) ?? '';
      const id = /^[0-9a-f]{32}$/.test(known) ? known : newSessionId();
      setSessionId(ctx, id);
      return id;
    },
    async end(ctx, session) {
      // As long as the cookie could be used again: koa-session's own limit is the one that the hub began with.
      await ended.add(session.id, clock.now() + Math.max(maxAge(), firstMaxAge));
      slot(ctx).session = null;
      sessionOf.set(ctx, Promise.resolve(null));
      const gone = { signed: false, overwrite: true } as const;
      ctx.cookies.set(cookieNames.session, null, { ...gone, path: '/' });
      ctx.cookies.set(cookieNames.xsrf, null, { ...gone, path: '/hub/' });
      ctx.cookies.set(cookieNames.services, null, { ...gone, path: '/services' });
    },
  };
}

function newSessionId(): string {
  return randomBytes(16).toString('hex');
}

/** Where koa-session keeps what the cookie holds. */
function slot(ctx: Context): { session: LoginCookie | null } {
  return ctx as unknown as { session: LoginCookie | null };
}

/** `public_url` decides when it is set: TLS may end before a proxy that does not say so. */
function isSecure(ctx: Context, settings: Settings): boolean {
  return settings.hub.public_url === '' ? ctx.secure : settings.hub.public_url.startsWith('https:');
}
