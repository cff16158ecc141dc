import type { Context } from 'koa';
import type { PagesParts } from '../parts.ts';
import { type DeskVisit, visitDesk } from './desk.ts';
import { doForm } from './forms.ts';
import { nameIn, pathOf } from './paths.ts';

/** What a form on the page of one group or role does. */
export type ItemWork = (visitor: DeskVisit, name: string) => Promise<unknown>;

/** Forms of the pages of single items: back to its page when it is done, to the list when it is gone, and there again with what was wrong. */
export function itemForms(
  parts: PagesParts,
  section: 'groups' | 'roles',
  show: (ctx: Context, visitor: DeskVisit, name: string, problem: string) => Promise<void>,
) {
  return (done: string, work: ItemWork, isGone = false) =>
    async (ctx: Context): Promise<void> => {
      const visitor = await visitDesk(parts, ctx);
      if (visitor === undefined) return;
      const name = nameIn(ctx);
      const next = isGone ? `/hub/admin/${section}` : pathOf(section, name);
      await doForm(
        ctx,
        () => work(visitor, name),
        `${next}?done=${done}`,
        (problem) => show(ctx, visitor, name, problem),
      );
    };
}
