import type { Settings } from '@tshub/config';
import type { Context } from 'koa';
import type { Session, Xsrf } from '../login/session.ts';
import { announcement } from './announcement.ts';
import type { Blocks } from './blocks.ts';
import type { Brands } from './brand.ts';
import { html, type Html, type Part } from './html.ts';
import type { Access } from '../access/access.ts';
import { navLinks } from './nav.ts';
import { languageLinks } from './languages/language-choice.ts';
import { language } from './languages/language.ts';
import { paragraphs } from './prose.ts';
import type { StaticFiles, StaticName } from './static-files.ts';
import { strings } from './strings.ts';

/** What every page is made with. */
export interface PageFrame {
  readonly settings: () => Settings;
  readonly xsrf: Xsrf;
  readonly files: StaticFiles;
  readonly brands: Pick<Brands, 'now'>;
  readonly blocks: Blocks;
  readonly access: Pick<Access, 'scopesOf' | 'user'>;
}

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** 200 if not said. */
  readonly status?: number;
  readonly script?: StaticName;
  /** Seconds after which a browser without scripts, or any browser, loads the page again. */
  readonly refresh?: {
    readonly seconds: number;
    readonly for: 'everyone' | 'noscript';
    /** Another page rather than this one. */
    readonly url?: string;
  };
  /** narrow: one thing to do; medium: something to read; full: a table of many columns; wide if not said. */
  readonly width?: 'full' | 'medium' | 'narrow';
}

/** Answers with a page. Pages are never kept by caches: what they show is personal and changes. */
export function sendPage(frame: PageFrame, ctx: Context, session: Session | null, page: Page): void {
  const token = frame.xsrf.token(ctx, session);
  ctx.type = 'text/html';
  ctx.set('Cache-Control', 'no-store');
  ctx.body = layout(frame, session, token, page, ctx).text;
  ctx.status = page.status ?? 200;
}

function layout(frame: PageFrame, session: Session | null, token: string, page: Page, ctx: Context): Html {
  const settings = frame.settings();
  const hub = settings.hub.name;
  const brand = frame.brands.now();
  const url = page.refresh?.url === undefined ? '' : `; url=${page.refresh.url}`;
  const refresh =
    page.refresh === undefined ? null : html`<meta http-equiv="refresh" content="${page.refresh.seconds}${url}" />`;
  return html`<!doctype html>
    <html lang="${language()}">
      <head>
        <meta charset="utf-8" />
        <title>${page.title} · ${hub}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="${brand.logoUrl}" />
        <link rel="stylesheet" href="${frame.files.url('style.css')}" />
        ${brand.styleUrl !== null && html`<link rel="stylesheet" href="${brand.styleUrl}" />`}
        ${page.refresh?.for === 'noscript' ? html`<noscript>${refresh}</noscript>` : refresh}
        <script src="${frame.files.url('page.js')}" defer></script>
        ${page.script !== undefined && html`<script src="${frame.files.url(page.script)}" defer></script>`}
      </head>
      <body data-xsrf="${token}">
        <a class="skip" href="#content">${strings.skip}</a>
        <header class="top">
          <a class="brand" href="/hub/home"><img src="${brand.logoUrl}" alt="" height="28" />${hub}</a>
          ${session !== null && whoIs(frame, session, token, ctx.path)}
        </header>
        ${announcement(settings, ctx.path)}
        <main id="content" class="${page.width ?? 'wide'}">
          ${frame.blocks.at('page-top')} ${withBlocks(frame.blocks, ctx.path, page.body)}
        </main>
        <footer class="foot">
          <div>${paragraphs(settings.pages.footer)} ${frame.blocks.at('footer')}</div>
          ${languageLinks(settings, ctx)}
        </footer>
      </body>
    </html> `;
}

/** A page with what an administrator put around it. */
function withBlocks({ at }: Blocks, path: string, body: Html): readonly Part[] {
  if (path === '/hub/login') return [at('login-top'), body, at('login-bottom')];
  if (path === '/hub/home') return [at('home-top'), body, at('home-bottom')];
  return [body];
}

function whoIs({ access }: PageFrame, session: Session, token: string, path: string): Html {
  return html`<nav aria-label="${strings.nav.label}">${navLinks(access, session, path)}</nav>
    <div class="account">
      <span class="who"><span class="quiet">${strings.account.loggedInAs}</span> ${session.user.name}</span>
      <form method="post" action="/hub/logout">
        ${xsrfField(token)}<button id="logout" class="plain">${strings.account.logOut}</button>
      </form>
    </div>`;
}

export function xsrfField(token: string): Html {
  return html`<input type="hidden" name="_xsrf" value="${token}" />`;
}

/** A sentence that wants to be read. `problem` is read out at once. */
export function notice(kind: 'problem' | 'info', text: Part): Html {
  return kind === 'problem'
    ? html`<p class="notice problem" role="alert">${text}</p>`
    : html`<p class="notice">${text}</p>`;
}

/** Lines of a log, behind a click. */
export function logLines(
  summary: string,
  lines: readonly string[],
  { open = false, more }: { readonly open?: boolean; readonly more?: string } = {},
): Html {
  const text =
    lines.length === 0
      ? html`<p class="quiet">${strings.home.noLog}</p>`
      : html`<pre tabindex="0">${lines.join('\n')}</pre>`;
  return html`<details class="log" ${open && html` open`}>
    <summary>${summary}</summary>
    ${text} ${more !== undefined && html`<p class="small"><a href="${more}">${strings.home.wholeLog}</a></p>`}
  </details>`;
}
