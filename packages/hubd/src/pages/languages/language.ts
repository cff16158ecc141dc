import { AsyncLocalStorage } from 'node:async_hooks';
import { pageLanguages, type Settings } from '@tshub/config';
import type { Context, Middleware } from 'koa';
import { cookieValues } from '../../login/xsrf.ts';

/** A language that pages are written in. */
export type Language = (typeof pageLanguages)[number];

/** The cookie of those who chose one on a page. */
export const languageCookie = 'tshub-language';

/** Every sentence of every page needs it, and nothing else of a request: so it is not handed from function to function. */
const reader = new AsyncLocalStorage<Language>();

/** The language of whoever reads this answer. */
export function language(): Language {
  const known = reader.getStore();
  // A sentence picked while a module loads, or in a task of the hub's own, would be in the language of nobody.
  if (known === undefined) throw new Error('sentences of pages are chosen while a request is answered, not before');
  return known;
}

/** Does something for a reader of this language. */
export function speakIn<Result>(known: Language, work: () => Result): Result {
  return reader.run(known, work);
}

/** What the browser asks for, if we have it. */
function asked(ctx: Context): Language {
  const known = ctx.acceptsLanguages(...pageLanguages);
  return known !== false && isLanguage(known) ? known : 'en';
}

/** Around all requests: the setting decides, or else the reader's choice, or else what the browser asks for. */
export function speaking(settings: () => Pick<Settings, 'pages'>): Middleware {
  return (ctx, next) => {
    const set = settings().pages.language;
    if (set !== 'auto') return speakIn(set, next);
    const chosen = cookieValues(ctx.get('Cookie'), languageCookie).find(isLanguage);
    return speakIn(chosen ?? asked(ctx), next);
  };
}

export function isLanguage(text: string | undefined): text is Language {
  return pageLanguages.some((known) => known === text);
}

/** Tables of sentences as one that speaks the reader's language. Rooms may be taken out of it at any time; sentences only for a reader. */
export function spoken<Table extends object>(tables: Readonly<Record<Language, Table>>): Table {
  return view(tables.en, () => tables[language()]);
}

function view<Table extends object>(shape: Table, table: () => Table): Table {
  const made = {} as Table;
  for (const key of Object.keys(shape) as (keyof Table)[]) {
    const part = shape[key];
    const isRoom = typeof part === 'object' && part !== null && !Array.isArray(part);
    const room = isRoom ? view(part, () => table()[key] as typeof part) : undefined;
    Object.defineProperty(made, key, { enumerable: true, get: () => room ?? table()[key] });
  }
  return made;
}

/** What another language must have to say all that a table says. */
export type Words<Table> = Table extends string
  ? string
  : Table extends (...about: infer About) => string
    ? (...about: About) => string
    : Table extends readonly string[]
      ? readonly string[]
      : { readonly [Key in keyof Table]: Words<Table[Key]> };
