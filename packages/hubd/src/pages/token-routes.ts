import { randomBytes } from 'node:crypto';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { holds, requireScope } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { Token } from '../tokens/token.ts';
import { type PageFrame, sendPage } from './layout.ts';
import type { PagesParts } from './parts.ts';
import { Repeats } from './repeats.ts';
import { strings } from './strings.ts';
import { emptyForm, lifeOf, readTokenForm, type TokenForm } from './token-form.ts';
import { type NewTokenView, tokenPage, type TokenPageView } from './token-page.ts';
import { scopeChoices } from './token-scopes.ts';
import { grantViews, tokenViews } from './token-views.ts';
import { redirect, visit, type Visit } from './visit.ts';

/** As many as somebody can look through. */
const limit = 100;

/** `/hub/token`: one's own tokens (peer's contract 7.1). */
export function makeTokenPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { access, tokens, tokenOrders } = parts;
  const repeats = new Repeats(parts.clock);
  const mostLife = (): number => parts.settings().hub.token_expires_in_max_seconds;

  const mayMake = ({ caller, session }: Visit): boolean =>
    holds(caller.scopes, 'tokens', access.user(session.user.name)) === 'yes';

  async function send(
    ctx: Context,
    visitor: Visit,
    wish: Pick<NewTokenView, 'form' | 'problem'>,
    made: TokenPageView['made'],
  ): Promise<void> {
    const { user } = visitor.session;
    const all = (await tokens.ofUser(user.id)).toReversed();
    const own = all.filter(({ clientId }) => clientId === null);
    const owner = ownerOf(visitor.caller);
    const once = randomBytes(9).toString('base64url');
    const choices = scopeChoices(access, owner, strings.token.everybody);
    sendPage(
      frame,
      ctx,
      visitor.session,
      tokenPage({
        token: parts.xsrf.token(ctx, visitor.session),
        now: parts.clock.now(),
        wish: mayMake(visitor) ? { ...wish, choices, mostLife: mostLife(), once } : null,
        made,
        tokens: tokenViews(parts, own.slice(0, limit), user),
        applications: await grantViews(parts, all, user),
        more: Math.max(0, own.length - limit),
      }),
    );
  }

  async function show(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    requireScope(visitor.caller, ['read:tokens'], access.user(visitor.session.user.name));
    await send(ctx, visitor, { form: emptyForm(mostLife()), problem: null }, null);
  }

  async function make(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    requireScope(visitor.caller, ['tokens'], access.user(visitor.session.user.name));
    const form = readTokenForm(visitor.form);
    const expiresIn = lifeOf(form);
    if (expiresIn === undefined || (mostLife() > 0 && (expiresIn ?? 0) > mostLife()))
      return send(ctx, visitor, { form, problem: { field: 'expires_in', text: strings.token.badLife } }, null);
    const foreign = form.scopes.filter((scope) => !mayGive(visitor.caller, scope));
    if (foreign.length > 0) {
      const text = strings.token.badScopes(foreign.map((scope) => scope.slice(0, 80)).join(', '));
      return send(ctx, visitor, { form, problem: { field: 'scopes', text } }, null);
    }
    const text = await issue(visitor, form, expiresIn);
    await send(ctx, visitor, { form: emptyForm(mostLife()), problem: null }, { text, note: form.note });
  }

  /** Nobody gives to a token what they may not do themselves; asked here so that the form can say which. */
  function mayGive({ owner, scopes }: Caller, scope: string): boolean {
    return scope === 'inherit' || (access.knows(scope) && access.isWithin(access.expand([scope], owner), scopes));
  }

  function issue(visitor: Visit, form: TokenForm, expiresIn: number | null): Promise<string> {
    const { caller, session } = visitor;
    const key = JSON.stringify([session.id, visitor.form.get('once'), form]);
    return repeats.run(key, async () => {
      const scopes = form.scopes.length === 0 ? {} : { scopes: [...form.scopes] };
      const life = expiresIn === null ? {} : { expires_in: expiresIn };
      return (await tokenOrders.issue(caller, session.user, { note: form.note, ...scopes, ...life })).text;
    });
  }

  /** A token that has gone already, by a second press or in another tab, is what was wanted. */
  async function revoke(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    requireScope(visitor.caller, ['tokens'], access.user(visitor.session.user.name));
    const token = await ownToken(visitor);
    if (token !== undefined) await tokenOrders.revoke(visitor.caller, visitor.session.user, token);
    redirect(ctx, '/hub/token', 303);
  }

  async function ownToken({ session, form }: Visit): Promise<Token | undefined> {
    const id = /^a(\d{1,15})$/.exec(form.get('token') ?? '')?.[1];
    const token = id === undefined ? undefined : await tokens.byId(Number(id));
    return token?.owner.kind === 'user' && token.owner.id === session.user.id ? token : undefined;
  }

  return (router) => {
    router.get('/hub/token', show);
    router.get('/hub/token/revoke', (ctx) => redirect(ctx, '/hub/token'));
    router.post('/hub/token', make);
    router.post('/hub/token/revoke', revoke);
  };
}

function ownerOf({ owner }: Caller): Caller['owner'] & { readonly kind: 'user' } {
  if (owner.kind !== 'user') throw new Error('a page was visited by something that is no user');
  return owner;
}
