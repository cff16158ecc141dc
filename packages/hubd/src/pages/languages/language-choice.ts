import type { Router } from '@koa/router';
import { pageLanguages, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { html, type Html } from '../html.ts';
import { isLanguage, language, type Language, languageCookie } from './language.ts';

/** Each in its own words, for those who cannot read the others. */
const names: Readonly<Record<Language, string>> = { de: 'Deutsch', en: 'English' };

/** At the foot of a page: the same in another language. */
export function languageLinks(settings: Settings, ctx: Context): Html | false {
  if (settings.pages.language !== 'auto') return false;
  // The page of an error stands at an address that is not its own.
  if (ctx.path.startsWith('/hub/error/')) return false;
  const back = encodeURIComponent(ctx.method === 'GET' ? ctx.url : '/hub/home');
  return html`<ul class="languages">
    ${pageLanguages
      .filter((known) => known !== language())
      .map(
        (known) =>
          html`<li>
            <a href="/hub/language/${known}?next=${back}" hreflang="${known}" lang="${known}" rel="nofollow"
              >${names[known]}</a
            >
          </li>`,
      )}
  </ul>`;
}

/** Keeps the choice in this browser for a year. An address may do that: it changes nothing but words. */
export function makeLanguageChoice(
  settings: () => Settings,
  nextOf: (ctx: Context) => string | null,
): (router: Router) => void {
  return (router) => {
    router.get('/hub/language/:language', (ctx) => {
      const known: string | undefined = ctx.params['language'];
      if (!isLanguage(known)) throw new TshubError('not_found', { what: ctx.path });
      ctx.cookies.set(languageCookie, known, {
        httpOnly: true,
        maxAge: 365 * 86_400_000,
        overwrite: true,
        path: '/hub/',
        sameSite: settings().hub.cookie_same_site,
        secure: ctx.secure,
      });
      ctx.redirect(nextOf(ctx) ?? '/hub/home');
    });
  };
}
