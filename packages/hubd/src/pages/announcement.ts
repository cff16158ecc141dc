import type { Settings } from '@tshub/config';
import { html, type Html } from './html.ts';
import { paragraphs } from './prose.ts';
import { strings } from './strings.ts';

/** What an administrator has to say on this page; their text is only ever text. */
export function announcement({ pages }: Pick<Settings, 'pages'>, path: string): Html | false {
  const room = /^\/hub\/(admin|home|login|shares|spawn|token)(?![a-z])/.exec(path)?.[1];
  const text = pages.announcements[room as keyof typeof pages.announcements] ?? pages.announcement;
  return (
    text !== '' && html`<aside class="announcement" aria-label="${strings.announcement}">${paragraphs(text)}</aside>`
  );
}
