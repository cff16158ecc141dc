import type { Router } from '@koa/router';
import type { TokenModel } from '@tshub/contract';
import type { Context } from 'koa';
import { listable } from '../../access/require.ts';
import type { Token } from '../../tokens/token.ts';
import { type TokenKind, tokenKinds } from '../../tokens/tokens-pages.ts';
import { tokenModelOf } from '../../tokens/tokens-view.ts';
import { html, type Html, type Part } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { firstQuery } from '../visit.ts';
import { type Desk, type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, field, noticeOf } from './forms.ts';
import { numberIn, turnsByPlace, withFields } from './paths.ts';
import { tokensTable } from './tokens-part.ts';

const pageSize = 50;

interface TokensView {
  readonly kind: TokenKind;
  readonly owner: string;
  readonly before: number | null;
}

/** `/hub/admin/tokens`: the tokens of all whose tokens the reader may see. */
export function makeTokensPage(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { admin, access, clients } = parts;

  const modelOf = async (token: Token): Promise<TokenModel> => {
    const client = token.clientId === null ? undefined : await clients.get(token.clientId);
    return tokenModelOf(token, token.owner, client, access);
  };

  async function show(ctx: Context, visitor: DeskVisit, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    const allowed = listable(caller, 'read:tokens', ['user', 'group']);
    const only = allowed === 'all' ? {} : { only: { users: allowed.user, groups: allowed.group } };
    const view = viewIn(ctx);
    const found = await admin.tokensPages.page({ ...view, ...only, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const mayRevoke = ({ owner }: Token): boolean =>
      owner.kind === 'user' && desk.may('tokens', access.user(owner.name));
    const revocable = new Set(shown.filter(mayRevoke).map(({ id }) => `a${id}`));
    const models = await Promise.all(shown.map(modelOf));
    const before = found.length > pageSize ? (shown.at(-1)?.id ?? null) : null;
    const body = tokensPage(desk, noticeOf(desk, ctx, problem), { view, models, before, revocable });
    sendDeskPage(frame, ctx, visitor, { section: 'tokens', title: desk.say.tabs.tokens, body });
  }

  async function revoke(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, form } = visitor;
    const params = { user: form.get('owner') ?? '', token: form.get('token') ?? '' };
    const back = withFields('/hub/admin/tokens', [...fieldsOf(viewIn(ctx)), ['done', 'revoked']]);
    const work = (): Promise<unknown> => admin.call('tokens.revoke', { caller, params });
    await doForm(ctx, work, back, (problem) => show(ctx, visitor, problem));
  }

  return (router) => {
    router.get('/hub/admin/tokens', (ctx) => visitDesk(parts, ctx).then((visitor) => visitor && show(ctx, visitor)));
    router.post('/hub/admin/tokens', revoke);
  };
}

function viewIn(ctx: Context): TokensView {
  const kind = firstQuery(ctx, 'kind') ?? '';
  const before = numberIn(firstQuery(ctx, 'before'), 0);
  return {
    kind: tokenKinds.find((one) => one === kind) ?? 'people',
    owner: (firstQuery(ctx, 'owner') ?? '').trim(),
    before: before === 0 ? null : before,
  };
}

function fieldsOf({ kind, owner }: TokensView): [string, string][] {
  const fields: [string, string][] = [
    ['kind', kind === 'people' ? '' : kind],
    ['owner', owner],
  ];
  return fields.filter(([, value]) => value !== '');
}

interface TokensPageView {
  readonly view: TokensView;
  readonly models: readonly TokenModel[];
  readonly before: number | null;
  /** Ids of those that the reader may revoke. */
  readonly revocable: ReadonlySet<string>;
}

function tokensPage(desk: Desk, notice: Part, { view, models, before, revocable }: TokensPageView): Html {
  const { say } = desk;
  const fields = fieldsOf(view);
  return html`<h1>${say.tabs.tokens}</h1>
    ${notice}
    <form class="card search" method="get" action="/hub/admin/tokens" role="search">
      <div class="field">
        <label for="kind">${say.tokens.kind}</label
        ><select id="kind" name="kind">
          ${tokenKinds.map((kind) => html`<option value="${kind}" ${kind === view.kind && html` selected`}>${say.tokens.kinds[kind]}</option>`)}
        </select>
      </div>
      ${field({ name: 'owner', label: say.tokens.owner, value: view.owner, help: say.tokens.ownerHelp })}
      <div class="row">
        <button class="main">${say.apply}</button><a href="/hub/admin/tokens">${say.users.reset}</a>
      </div>
    </form>
    ${
      models.length === 0
        ? html`<p class="card">${say.tokens.none}</p>`
        : html`<div class="card flush">
            ${tokensTable(desk, models, {
              withOwner: true,
              revoke: ({ id }) => (revocable.has(id) ? withFields('/hub/admin/tokens', fields) : null),
            })}
          </div>`
    }
    ${turnsByPlace(desk, '/hub/admin/tokens', fields, view.before === null, before)}`;
}
