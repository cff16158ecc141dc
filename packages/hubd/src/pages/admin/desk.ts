import type { ScopeName } from '@tshub/contract';
import type { Context } from 'koa';
import { hasSome, holds, requireScope } from '../../access/require.ts';
import type { Caller, Resource } from '../../caller/caller.ts';
import { html, type Html, type Part } from '../html.ts';
import { type Page, type PageFrame, sendPage } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { type AdminStrings, adminStrings } from '../strings-admin.ts';
import { visit, type Visit } from '../visit.ts';

/** What every page of administrators is written with: who reads it, in which words, and what they may do. */
export interface Desk {
  readonly say: AdminStrings;
  readonly caller: Caller;
  /** For its forms. */
  readonly token: string;
  readonly now: number;
  /** Where a form of this page leads back to. */
  readonly here: string;
  may(scope: ScopeName, resource: Resource): boolean;
  /** Whether a scope is held for anything at all. */
  maySome(...anyOf: readonly ScopeName[]): boolean;
}

export interface DeskVisit extends Visit {
  readonly desk: Desk;
}

export type Section = keyof AdminStrings['tabs'];

/** The sections, and the scopes of which one opens each. */
export const sections: Readonly<Record<Section, { readonly path: string; readonly anyOf: readonly ScopeName[] }>> = {
  users: { path: '/hub/admin', anyOf: ['admin-ui'] },
  groups: { path: '/hub/admin/groups', anyOf: ['list:groups'] },
  roles: { path: '/hub/admin/roles', anyOf: ['read:roles'] },
  services: { path: '/hub/admin/services', anyOf: ['list:services'] },
  tokens: { path: '/hub/admin/tokens', anyOf: ['read:tokens'] },
  activity: { path: '/hub/admin/activity', anyOf: ['admin:users'] },
};

/** Who administers; undefined when the answer is a way to the login page already. Throws no_scope, and xsrf for forms without their token. */
export async function visitDesk(parts: PagesParts, ctx: Context, limit?: number): Promise<DeskVisit | undefined> {
  const visitor = await visit(parts, ctx, limit);
  if (visitor === undefined) return undefined;
  const { caller, session } = visitor;
  requireScope(caller, ['admin-ui'], { kind: 'none' });
  const desk: Desk = {
    say: adminStrings,
    caller,
    token: parts.xsrf.token(ctx, session),
    now: parts.clock.now(),
    here: ctx.method === 'GET' ? ctx.url : '/hub/admin',
    may: (scope, resource) => holds(caller.scopes, scope, resource) === 'yes',
    maySome: (...anyOf) => anyOf.some((scope) => hasSome(caller.scopes, scope)),
  };
  return { ...visitor, desk };
}

export interface DeskPage extends Omit<Page, 'body' | 'script' | 'width'> {
  readonly section: Section;
  readonly body: Part;
}

/** Answers with a page of administrators: the sections that they may open, then the page. */
export function sendDeskPage(frame: PageFrame, ctx: Context, { session, desk }: DeskVisit, page: DeskPage): void {
  const { section, body, title, ...rest } = page;
  sendPage(frame, ctx, session, {
    ...rest,
    title: `${title} · ${desk.say.title}`,
    script: 'admin.js',
    width: 'full',
    body: html`${tabs(desk, section)}
      <div class="stack">${body}</div>`,
  });
}

function tabs({ say, maySome }: Desk, current: Section): Html {
  const open = Object.entries(sections).filter(([, { anyOf }]) => maySome(...anyOf));
  return html`<nav class="tabs" aria-label="${say.sections}">
    <ul>
      ${open.map(
        ([name, { path }]) =>
          html`<li>
            <a href="${path}" ${name === current && html` aria-current="page"`}>${say.tabs[name as Section]}</a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

/** Where a form wanted to lead back to, if that is a page of administrators. */
export function backOf({ form }: Pick<Visit, 'form'>): string {
  const back = form.get('back') ?? '';
  return /^\/hub\/admin(?:[/?][\x21-\x7e]*)?$/.test(back) && !back.includes('\\') ? back : '/hub/admin';
}
