import { type NewTokenBody, TshubError, type tokenRoutes } from '@tshub/contract';
import type { Handlers, Reply } from '@tshub/http';
import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import { filterUser, type NamedUser } from '../access/filter.ts';
import { holds } from '../access/require.ts';
import { identifyScopes, serviceModelOf } from '../access/roles.ts';
import type { Caller, Owner } from '../caller/caller.ts';
import type { Identify } from '../caller/identify.ts';
import type { OAuthClients } from '../oauth/client.ts';
import type { User, UsersStore } from '../users/user.ts';
import type { TokenOrders } from './token-orders.ts';
import type { Token, Tokens } from './token.ts';
import { tokenModelOf } from './tokens-view.ts';

export interface TokensRoutesParts {
  readonly access: Access;
  readonly tokens: Tokens;
  readonly orders: TokenOrders;
  readonly users: Pick<UsersStore, 'byId' | 'byName'>;
  readonly clients: Pick<OAuthClients, 'get'>;
  /** Throws no_credentials for a cookie with something else than JSON. */
  readonly identify: Identify;
  /** Checks a name and a password as a login does, throttled and written down. Throws login_refused, also if more is asked. */
  readonly authenticateOnce: (attempt: {
    readonly username: string;
    readonly password: string;
    readonly from: string;
  }) => Promise<User>;
  readonly userModel: (user: User) => Promise<NamedUser>;
}

const bodyTypes = /^(application\/json|$)/i;

/** Handlers about tokens. */
export function tokenHandlers(parts: TokensRoutesParts): Handlers<typeof tokenRoutes, Caller> {
  const { access, tokens, users, clients } = parts;
  const known = async (name: string): Promise<User> => {
    const user = await users.byName(name);
    if (user === undefined) throw new TshubError('not_found', { what: `User ${name}` });
    return user;
  };
  const tokenOf = async (user: User, id: string): Promise<Token> => {
    const number = /^a(\d{1,15})$/.exec(id)?.[1];
    const token = number === undefined ? undefined : await tokens.byId(Number(number));
    if (token?.owner.kind !== 'user' || token.owner.id !== user.id)
      throw new TshubError('not_found', { what: `Token ${id.slice(0, 20)} of ${user.name}` });
    return token;
  };
  const modelOf = async (token: Token, user: User) =>
    tokenModelOf(token, ownerOf(user), token.clientId === null ? undefined : await clients.get(token.clientId), access);

  /** Who asks for a token: the one who proves it in the body, or the one of the request. */
  const requester = async (ctx: Context, body: NewTokenBody): Promise<Caller> => {
    if (body?.auth === undefined) {
      const caller = await parts.identify(ctx);
      if (caller === null || (caller.via === 'cookie' && !bodyTypes.test(ctx.get('Content-Type'))))
        throw new TshubError('no_credentials');
      return caller;
    }
    const user = await parts.authenticateOnce({ ...body.auth, from: ctx.ip });
    const owner = ownerOf(user);
    return { owner, scopes: access.scopesOf(owner), via: 'token', tokenId: null, sessionId: null, from: ctx.ip };
  };

  return {
    async 'authorizations.cookie'({ caller }) {
      requireToken(caller);
      // The signature of a login cookie is in a second cookie, which this path has no place for.
      throw new TshubError('not_found', { what: 'Login cookie' });
    },
    async 'authorizations.token'({ caller, params }) {
      requireToken(caller);
      const owner = (await tokens.find(params.token))?.owner;
      if (owner?.kind === 'service') return { status: 200, json: serviceModelOf(owner, access) };
      const user = owner === undefined ? undefined : await users.byId(owner.id);
      if (user === undefined) throw new TshubError('not_found', { what: 'Token' });
      // Whoever has the token could ask it the same.
      const scopes = new Set([...caller.scopes, ...identifyScopes(ownerOf(user))]);
      return { status: 200, json: filterUser(await parts.userModel(user), scopes) };
    },
    async 'tokens.create'({ ctx, params, body }): Promise<Reply> {
      const caller = await requester(ctx, body);
      const user = await users.byName(params.user);
      const asker = caller.owner.kind === 'user' ? 'User' : 'Service';
      if (user === undefined || holds(caller.scopes, 'tokens', access.user(params.user)) !== 'yes') {
        const problem = `${asker} ${params.user} not found or no permissions to generate tokens`;
        throw new TshubError('forbidden', { problem });
      }
      const isOwn = caller.owner.kind === 'user' && caller.owner.id === user.id;
      const note = body?.note ?? `Requested via api${isOwn ? '' : ` by ${asker.toLowerCase()} ${caller.owner.name}`}`;
      const { token, text } = await parts.orders.issue(caller, user, { ...body, note });
      return { status: 201, json: { ...(await modelOf(token, user)), token: text } };
    },
    async 'tokens.get'({ params }) {
      const user = await known(params.user);
      return { status: 200, json: await modelOf(await tokenOf(user, params.token), user) };
    },
    async 'tokens.list'({ params }) {
      const user = await known(params.user);
      const models = await Promise.all((await tokens.ofUser(user.id)).map((token) => modelOf(token, user)));
      return { status: 200, json: { api_tokens: models } };
    },
    async 'tokens.revoke'({ caller, params }) {
      const user = await known(params.user);
      await parts.orders.revoke(caller, user, await tokenOf(user, params.token));
      return { status: 204 };
    },
  };
}

function requireToken(caller: Caller): void {
  if (caller.via !== 'token') throw new TshubError('no_credentials');
}

function ownerOf(user: User): Owner & { readonly kind: 'user' } {
  return { kind: 'user', id: user.id, name: user.name, admin: user.admin };
}
