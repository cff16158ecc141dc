import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pageLanguages, type Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import { html, Html } from './html.ts';
import { language } from './languages/language.ts';
import { paragraphs } from './prose.ts';
import { readSmallFile } from './read-small-file.ts';

/** Where an administrator may put something of their own. */
const places = ['footer', 'home-bottom', 'home-top', 'login-bottom', 'login-top', 'page-top'] as const;
export type Place = (typeof places)[number];

export interface Blocks {
  /** What is written for a place, for a reader of this language; false for nothing. */
  at(place: Place): Html | false;
}

/** A block is on pages that people wait for. */
const mostBytes = 16_384;
const fileName = new RegExp(`^((?:${places.join('|')})(?:\\.(?:${pageLanguages.join('|')}))?)\\.(html|txt)$`);

/**
 * What the policy of the pages keeps from running or loading anyway, or what would change more than its place. It is no filter, the
 * policy holds whatever stands here: it tells root of what would not work. Attributes also begin after a slash or a quote.
 */
const inVain =
  /<(?:base|body|embed|form|frame|head|html|iframe|link|main|meta|object|script|style|template)\b|[\s"'/](?:on\w+|style|srcdoc)\s*=|javascript:/i;

/** Files of `pages.blocks`: read at the start and with settings that were read anew, not for each page. */
export function makeBlocks(settings: () => Settings, log: Pick<Log, 'warn'>): Blocks {
  let made: { readonly of: Settings['pages']; readonly blocks: ReadonlyMap<string, Html> } | undefined;
  return {
    at(place) {
      const { pages } = settings();
      if (made?.of !== pages) made = { of: pages, blocks: readBlocks(pages.blocks, log) };
      return made.blocks.get(`${place}.${language()}`) ?? made.blocks.get(place) ?? false;
    },
  };
}

function readBlocks(folder: string, log: Pick<Log, 'warn'>): ReadonlyMap<string, Html> {
  const blocks = new Map<string, Html>();
  for (const name of namesIn(folder, log)) {
    const path = join(folder, name);
    try {
      const [, place = '', kind] = fileName.exec(name) ?? [];
      if (place === '')
        throw new Error(`expected the name of a place, such as login-top.txt or footer.de.html (${places.join(', ')})`);
      blocks.set(place, readBlock(path, kind === 'html'));
    } catch (error) {
      log.warn(
        { error },
        `pages.blocks: ${path} is not shown: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return blocks;
}

/** Sorted, so that of a text and an HTML for one place it is always the text that is shown. */
function namesIn(folder: string, log: Pick<Log, 'warn'>): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    // Without a folder there are no blocks: that is how most hubs are.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ error }, `pages.blocks: ${folder} cannot be read; pages show no blocks`);
    return [];
  }
}

function readBlock(path: string, isHtml: boolean): Html {
  const { bytes, stats } = readSmallFile(path, mostBytes);
  const { uid, mode } = stats;
  // Whoever may write it writes on the page that asks for passwords.
  if ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0)
    throw new Error('expected a file of root that nobody else may write');
  const text = bytes.toString('utf8');
  if (!isHtml) return html`<div class="block">${paragraphs(text)}</div>`;
  const found = inVain.exec(text)?.[0].trim();
  if (found !== undefined)
    throw new Error(`expected HTML without scripts, styles, forms and the like, found ${JSON.stringify(found)}`);
  return html`<div class="block">${new Html(text)}</div>`;
}
