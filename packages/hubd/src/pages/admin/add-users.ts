import type { Router } from '@koa/router';
import { TshubError, type UserModel } from '@tshub/contract';
import type { Context } from 'koa';
import { hasSome, requireScope } from '../../access/require.ts';
import { html, type Html, type Part } from '../html.ts';
import { translated } from '../languages/sayings.ts';
import { type PageFrame, xsrfField } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { type Desk, type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { field } from './forms.ts';
import { groupNames } from './group-names.ts';
import { userPath } from './server-part.ts';

/** Bytes: some ten thousand names. */
const formLimit = 512 * 1024;
/** Names that the API is asked to make at once. */
const chunk = 500;

/** What became of the names of a form. */
export interface Added {
  readonly made: readonly string[];
  readonly refused: ReadonlyArray<readonly [name: string, problem: string]>;
}

/** `/hub/admin/add-users`: one name a line, or as a table was copied; what cannot be made is told name by name. */
export function makeAddUsers(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { call } = parts.admin;

  async function show(ctx: Context, visitor: DeskVisit, result: Added | null, problem: string): Promise<void> {
    const { desk, caller } = visitor;
    requireScope(caller, ['admin:users'], { kind: 'none' });
    const groups = hasSome(caller.scopes, 'groups') ? await groupNames(parts, caller) : null;
    const body = addPage(desk, result, problem, groups);
    sendDeskPage(frame, ctx, visitor, { section: 'users', title: desk.say.add.title, body });
  }

  async function ask(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor !== undefined) await show(ctx, visitor, null, '');
  }

  async function add(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx, formLimit);
    if (visitor === undefined) return;
    const { form, desk } = visitor;
    const names = namesIn(form.get('names') ?? '');
    if (names.length === 0) return show(ctx, visitor, null, desk.say.add.nothing);
    const result = await make(visitor, names);
    const group = (form.get('to-group') ?? '').trim();
    const problem = group === '' || result.made.length === 0 ? '' : await join(visitor, group, result.made);
    await show(ctx, visitor, result, problem);
  }

  async function make(visitor: DeskVisit, names: readonly string[]): Promise<Added> {
    const admin = visitor.form.get('admin') === '1';
    const made: string[] = [];
    const refused: [string, string][] = [];
    for (let i = 0; i < names.length; i += chunk) {
      const some = await makeSome(visitor, names.slice(i, i + chunk), admin);
      made.push(...some.made);
      refused.push(...some.refused);
    }
    return { made, refused };
  }

  /** Of names that are refused as a whole, the half that is to blame is looked for. */
  async function makeSome(
    visitor: DeskVisit,
    names: readonly string[],
    admin: boolean,
  ): Promise<{ made: string[]; refused: [string, string][] }> {
    const { caller, desk } = visitor;
    try {
      const { json } = await call('users.createMany', { caller, params: {}, body: { usernames: names, admin } });
      const made = (json as UserModel[]).flatMap(({ name }) => name ?? []);
      // Whoever is there already is passed over by the API. A name may have been written in another way than it is kept.
      const isMade = new Set(made.map((name) => name.toLowerCase()));
      const known = made.length === names.length ? [] : names.filter((name) => !isMade.has(name.toLowerCase()));
      return { made, refused: known.map((name) => [name, desk.say.add.exists]) };
    } catch (error) {
      if (!(error instanceof TshubError) || !['user_name_invalid', 'user_exists', 'users_exist'].includes(error.code))
        throw error;
      if (error.code !== 'user_name_invalid')
        return { made: [], refused: names.map((name) => [name, desk.say.add.exists]) };
      if (names.length === 1) return { made: [], refused: [[names[0] ?? '', translated(error.message)]] };
      const half = names.length >> 1;
      const first = await makeSome(visitor, names.slice(0, half), admin);
      const second = await makeSome(visitor, names.slice(half), admin);
      return { made: [...first.made, ...second.made], refused: [...first.refused, ...second.refused] };
    }
  }

  /** Why those that were made are not in the group; '' if they are. */
  async function join({ caller }: DeskVisit, group: string, made: readonly string[]): Promise<string> {
    try {
      await call('groups.addUsers', { caller, params: { group }, body: { users: made } });
      return '';
    } catch (error) {
      if (error instanceof TshubError && error.status < 500) return translated(error.message);
      throw error;
    }
  }

  return (router) => {
    router.get('/hub/admin/add-users', ask);
    router.post('/hub/admin/add-users', add);
  };
}

/** Names one a line, or between commas, semicolons or tabs; each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\r\n,;\t]+/).map((name) => name.trim()))].filter((name) => name !== '');
}

function addPage(desk: Desk, result: Added | null, problem: string, groups: readonly string[] | null): Html {
  const { say, token } = desk;
  return html`<p><a href="/hub/admin">${say.user.back}</a></p>
    <form class="card stack medium" method="post" action="/hub/admin/add-users">
      <h1>${say.add.title}</h1>
      ${problem !== '' && html`<p class="notice problem" role="alert">${problem}</p>`}
      ${result !== null && resultPart(desk, result)}
      <div class="field">
        <label for="names">${say.add.names}</label>
        <textarea
          id="names"
          name="names"
          rows="10"
          spellcheck="false"
          autocapitalize="off"
          aria-describedby="names-help"
          required
        ></textarea>
        <p class="quiet small" id="names-help">${say.add.help}</p>
      </div>
      ${groups !== null && field({ name: 'to-group', label: say.add.group, help: say.add.groupHelp, offers: groups })}
      <label class="tick"><input type="checkbox" name="admin" value="1" /> ${say.user.admin}</label>
      ${xsrfField(token)}<button class="main">${say.add.submit}</button>
    </form>`;
}

function resultPart({ say }: Desk, { made, refused }: Added): Part {
  return html`<div class="notice done" role="status">
      ${say.add.made(made.length)}
      ${made.length > 0 && html`<div class="small">${made.slice(0, 20).map((name, i) => html`${i > 0 && ', '}<a href="${userPath(name)}">${name}</a>`)}${made.length > 20 && ', …'}</div>`}
    </div>
    ${
      refused.length > 0 &&
      html`<div class="notice problem">
        ${say.add.refused(refused.length)}
        <dl class="refusals">
          ${refused.slice(0, 200).map(
            ([name, problem]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${problem}</dd>
              </div>`,
          )}
        </dl>
        ${refused.length > 200 && say.job.more(refused.length - 200)}
      </div>`
    }`;
}
