import { createHash } from 'node:crypto';
import type { Settings } from '@tshub/config';

/** How the proxy's own pages look and speak. */
export interface Look {
  /** The hub's name; '' for none. */
  readonly hub: string;
  readonly style: string;
  readonly policy: string;
  readonly language: Settings['pages']['language'];
}

/** The look of the hub's own pages; nothing of it is fetched, for the hub may be away. */
const base = [
  ':root{color-scheme:light dark;--ground:#f4f6f6;--card:#fff;--ink:#17211f;--quiet:#55625f;--line:#d7dedc;--accent:#17625c}',
  '@media(prefers-color-scheme:dark){:root{--ground:#101615;--card:#19211f;--ink:#e7eeec;--quiet:#9dadaa;--line:#2f3b38;--accent:#7fd3c4}}',
  '*{box-sizing:border-box}',
  'body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}',
  'main{max-width:30rem;margin:0 auto;padding:clamp(1rem,12vh,8rem) 1rem 4rem}',
  'header{margin:0 0 .9rem;font-weight:650;color:var(--accent)}',
  'section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:clamp(1.25rem,5vw,2rem)}',
  'p{margin:1.1rem 0 0}',
  'h1{margin:.1rem 0 0;font-size:1.5rem;line-height:1.25;font-weight:650}',
  'small{font-size:.875rem;letter-spacing:.08em;color:var(--quiet)}',
  'a{color:var(--accent);text-underline-offset:.15em}',
  ':focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:6px}',
].join('');

export const plainLook: Look = lookWith('', '', 'auto');

/** Name, colours and language as root set them: there may be no hub to ask. */
export function lookOf({ hub, pages }: Pick<Settings, 'hub' | 'pages'>): Look {
  // The schema lets only `#rrggbb` through.
  const colours = [
    ['light', pages.color],
    ['dark', pages.color_dark],
  ].map(([scheme, colour]) =>
    colour === '' ? '' : `@media(prefers-color-scheme:${scheme}){:root{--accent:${colour}}}`,
  );
  return lookWith(hub.name, colours.join(''), pages.language);
}

function lookWith(hub: string, colours: string, language: Look['language']): Look {
  const style = base + colours;
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'`;
  return { hub, style, policy, language };
}
