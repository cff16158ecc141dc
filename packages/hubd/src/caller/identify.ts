import type { Settings } from '@tshub/config';
import type { Exchange } from '@tshub/http';
import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import type { Refresh } from '../login/refresh.ts';
import type { Session, Sessions, Xsrf } from '../login/session.ts';
import type { OAuthClients } from '../oauth/client.ts';
import type { Token, Tokens } from '../tokens/token.ts';
import type { User, UsersStore } from '../users/user.ts';
import type { Caller, Owner } from './caller.ts';

export interface IdentifyTokenParts {
  readonly tokens: Pick<Tokens, 'find' | 'touch'>;
  readonly users: Pick<UsersStore, 'byId' | 'touch'>;
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly clock: { now(): number };
  readonly settings: () => Settings;
  readonly refresh: Refresh;
  readonly access: Pick<Access, 'tokenScopes'>;
}

export interface IdentifyParts {
  readonly identifyToken: IdentifyToken;
  readonly sessions: Pick<Sessions, 'read'>;
  readonly xsrf: Pick<Xsrf, 'check'>;
  readonly access: Pick<Access, 'scopesOf'>;
}

export interface IdentifyOptions {
  /** Whether a cookie needs its XSRF token; true unless said. */
  readonly xsrf?: boolean;
}

export type Identify = (ctx: Context, options?: IdentifyOptions) => Promise<Caller | null>;
export type IdentifyToken = (exchange: Exchange) => Promise<Caller | null>;

/** Who a request is from: by its token, else by its login cookie. A token that is no good counts as none. */
export function makeIdentify(parts: IdentifyParts): Identify {
  return async (ctx, options = {}) =>
    (await parts.identifyToken(ctx)) ?? (await byCookie(parts, ctx, options.xsrf !== false));
}

/** Whose token a request came with; null for none and for one that is no good. */
export function makeIdentifyToken(parts: IdentifyTokenParts): IdentifyToken {
  return async (exchange) => {
    const text = readToken(exchange.get('Authorization'));
    return text === null ? null : byToken(parts, exchange, text);
  };
}

/** The header holds `token X` or `bearer X` and nothing else. */
export function readToken(header: string): string | null {
  return /^(?:token|bearer)[ \t]+(\S+)$/i.exec(header.trim())?.[1] ?? null;
}

async function byToken(parts: IdentifyTokenParts, exchange: Exchange, text: string): Promise<Caller | null> {
  const token = await parts.tokens.find(text);
  if (token === undefined) return null;
  const owner = await currentOwner(parts, token.owner);
  const client = token.clientId === null ? undefined : await parts.clients.get(token.clientId);
  if (owner === null || (token.clientId !== null && client === undefined)) return null;
  await noteUse(parts, token);
  return {
    owner,
    scopes: parts.access.tokenScopes(token, owner, client),
    via: 'token',
    tokenId: token.id,
    sessionId: token.sessionId,
    from: exchange.ip,
  };
}

/** A token may be in memory for longer than its owner exists or is an administrator; of who is blocked, or would not be let in any more, it is no good. */
async function currentOwner(parts: IdentifyTokenParts, owner: Owner): Promise<Owner | null> {
  if (owner.kind === 'service') return owner;
  const user = await parts.users.byId(owner.id);
  if (user === undefined || parts.settings().login.blocked_users.includes(user.name)) return null;
  return (await parts.refresh(user)) ? ownerOf(user) : null;
}

export function ownerOf(user: User): Owner {
  return { kind: 'user', id: user.id, name: user.name, admin: user.admin };
}

/** At most every activity_resolution seconds; what a server does by itself is no activity of its user. */
async function noteUse(parts: IdentifyTokenParts, token: Token): Promise<void> {
  const now = parts.clock.now();
  if (token.lastActivity !== null && now - token.lastActivity < parts.settings().hub.activity_resolution * 1000) return;
  await parts.tokens.touch(token);
  if (token.owner.kind === 'user' && !token.note.startsWith('Server at ')) parts.users.touch(token.owner.id, now);
}

async function byCookie(parts: IdentifyParts, ctx: Context, checkXsrf: boolean): Promise<Caller | null> {
  const session = await parts.sessions.read(ctx);
  // Another site must not learn from the error whether this browser is logged in.
  if (checkXsrf && (session !== null || ctx.get('Origin') !== '')) parts.xsrf.check(ctx, session, queryArgument(ctx));
  return session === null ? null : sessionCaller(parts, session, ctx.ip);
}

function queryArgument(ctx: Context): string | undefined {
  const value = ctx.query['_xsrf'];
  return Array.isArray(value) ? value.at(-1) : value;
}

function sessionCaller(parts: IdentifyParts, session: Session, from: string): Caller {
  const owner = ownerOf(session.user);
  return { owner, scopes: parts.access.scopesOf(owner), via: 'cookie', tokenId: null, sessionId: session.id, from };
}
