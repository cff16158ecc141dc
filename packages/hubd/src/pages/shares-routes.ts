import { randomBytes } from 'node:crypto';
import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { holds } from '../access/require.ts';
import { translated } from './languages/sayings.ts';
import { type PageFrame, sendPage } from './layout.ts';
import type { PagesParts } from './parts.ts';
import { Repeats } from './repeats.ts';
import { codeLives, type OwnView, type ShareForm, sharesPage } from './shares-page.ts';
import { givenTo, ownShares } from './shares-views.ts';
import { redirect, visit, type Visit } from './visit.ts';

const home = '/hub/shares';
const day = 86_400;
const emptyForm: ShareForm = { server: '', kind: 'user', name: '', life: day, manages: false };

/** `/hub/shares`: with whom one shares servers, by name and by link. Who may what is decided by the API's own routes. */
export function makeSharesPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { access } = parts;
  const { call } = parts.admin;
  const repeats = new Repeats(parts.clock);

  async function send(
    ctx: Context,
    visitor: Visit,
    { form = emptyForm, problem = null, made = null }: Partial<Pick<OwnView, 'form' | 'made' | 'problem'>>,
  ): Promise<void> {
    const { user } = visitor.session;
    // The default server first, as long as there is one.
    const servers = parts.servers
      .ofUser(user.id)
      .map(({ name }) => name)
      .filter((name) => holds(visitor.caller.scopes, 'shares', access.server(user.name, name)) === 'yes')
      .toSorted();
    const maySome = holds(visitor.caller.scopes, 'shares', access.user(user.name)) === 'yes' || servers.length > 0;
    const once = randomBytes(9).toString('base64url');
    const own = maySome
      ? { servers, ...(await ownShares(parts, user)), made, form, problem, once, knowsNames: knowsNames(visitor) }
      : null;
    const token = parts.xsrf.token(ctx, visitor.session);
    const given = await givenTo(parts, user);
    sendPage(frame, ctx, visitor.session, sharesPage({ token, now: parts.clock.now(), own, given }));
  }

  async function show(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor !== undefined) await send(ctx, visitor, {});
  }

  /** A form of this page: what is refused is said on the page, with what was filled in. */
  function order(
    kind: 'code' | 'name',
    work: (visitor: Visit, form: ShareForm, ctx: Context) => Promise<OwnView['made']>,
  ): (ctx: Context) => Promise<void> {
    return async (ctx) => {
      const visitor = await visit(parts, ctx);
      if (visitor === undefined) return;
      const form = readForm(visitor);
      try {
        const made = await work(visitor, form, ctx);
        if (made === null) return redirect(ctx, home, 303);
        await send(ctx, visitor, { made });
      } catch (error) {
        if (!(error instanceof TshubError) || !tellable.has(error.code)) throw error;
        await send(ctx, visitor, {
          form,
          problem: { form: kind, text: translated(error.message), status: error.status },
        });
      }
    };
  }

  const makeCode = order('code', async (visitor, form, ctx) => {
    const { caller, session } = visitor;
    const key = JSON.stringify([session.id, visitor.form.get('once'), form]);
    const params = { user: session.user.name, server: form.server };
    const { json } = await repeats.run(key, () =>
      call('shareCodes.create', { caller, params, body: { scopes: scopesOf(form), expires_in: form.life } }),
    );
    const { accept_url: path, full_accept_url: full } = json as { accept_url: string; full_accept_url: string | null };
    return { url: full ?? `${ctx.protocol}://${ctx.host}${path}`, server: form.server };
  });

  const grant = order('name', async ({ caller, session }, form) => {
    const params = { user: session.user.name, server: form.server };
    await call('shares.grant', { caller, params, body: { [form.kind]: form.name, scopes: scopesOf(form) } });
    return null;
  });

  const revoke = order('name', async ({ caller, session }, form) => {
    const params = { user: session.user.name, server: form.server };
    await call('shares.revoke', { caller, params, body: { [form.kind]: form.name } });
    return null;
  });

  const revokeCode = order('code', async ({ caller, session, form: fields }, form) => {
    const params = { user: session.user.name, server: form.server };
    await ifThere(() => call('shareCodes.revoke', { caller, params, query: { id: fields.get('id') ?? '' } }));
    return null;
  });

  const leave = order('name', async ({ caller, session, form: fields }, form) => {
    const params = { user: session.user.name, owner: fields.get('owner') ?? '', server: form.server };
    await ifThere(() => call('shares.leaveUser', { caller, params }));
    return null;
  });

  return (router) => {
    router.get(home, show);
    router.get(/^\/hub\/shares\/.+$/, (ctx) => redirect(ctx, home));
    router.post(`${home}/code`, makeCode);
    router.post(`${home}/code/revoke`, revokeCode);
    router.post(`${home}/grant`, grant);
    router.post(`${home}/leave`, leave);
    router.post(`${home}/revoke`, revoke);
  };
}

/** What the page says itself; everything else is an error page. */
const tellable: ReadonlySet<string> = new Set(['bad_request', 'forbidden', 'group_unknown', 'not_found']);

/** What is gone already, by a second press or in another tab, is what was wanted. */
async function ifThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TshubError) || error.code !== 'not_found') throw error;
  }
}

/** Whether somebody may know of others, and so name them. */
function knowsNames({ caller, session }: Visit): boolean {
  const own = `user=${session.user.name}`;
  return [...caller.scopes].some((scope) => {
    const [name = '', filter] = scope.split('!', 2);
    return (name === 'read:users:name' && filter !== own) || name === 'read:groups:name';
  });
}

function scopesOf({ manages }: ShareForm): string[] {
  return manages ? ['access:servers', 'servers'] : ['access:servers'];
}

function readForm({ form }: Visit): ShareForm {
  const life = Number(form.get('expires_in'));
  return {
    server: form.get('server') ?? '',
    kind: form.get('kind') === 'group' ? 'group' : 'user',
    name: (form.get('name') ?? '').trim(),
    life: codeLives.includes(life) ? life : day,
    manages: form.get('manages') === 'yes',
  };
}
