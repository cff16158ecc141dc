import * as z from 'zod';
import { contrastProblem } from '../contrast.ts';
import { absolutePath } from '../kinds.ts';

/** Languages that pages are written in, the one of the source first. */
export const pageLanguages = ['en', 'de'] as const;
/** Pages that can have an announcement of their own. */
const announcedPages = ['admin', 'home', 'login', 'shares', 'spawn', 'token'] as const;

/** Grounds that the stylesheet has, and what is written on the colour itself. */
const grounds = { light: ['#f4f6f6', '#ffffff'], dark: ['#101615', '#19211f', '#07211d'] } as const;

const text = z.string().max(2000).default('');

function colour(scheme: keyof typeof grounds) {
  return z
    .string()
    .superRefine((value, ctx) => {
      const problem = value === '' ? null : contrastProblem(value, grounds[scheme]);
      if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, input: value });
    })
    .default('');
}

/** [pages]: how pages look, and what else they say. */
export const pages = z
  .strictObject({
    language: z
      .enum(['auto', ...pageLanguages])
      .default('auto')
      .meta({
        says: '"auto": what the browser asks for, unless somebody chooses another at the foot of a page. Otherwise the one language of all pages.',
      }),
    announcement: text.meta({
      says: 'Shown on top of every page, until it is empty again. Plain text, in which addresses become links; an empty line begins a paragraph.',
    }),
    announcements: z.partialRecord(z.enum(announcedPages), z.string().max(2000)).default({}).meta({
      says: 'Another one for some pages ("admin", "home", "login", "shares", "spawn", "token"); "" for none there.',
    }),
    footer: text.meta({
      says: 'Shown at the foot of every page: who runs the hub, where there is help. Plain text, likewise.',
    }),
    logo_file: z
      .union([z.literal(''), absolutePath.regex(/\.(?:jpe?g|png|svg|webp)$/, 'expected a .svg, .png, .webp or .jpg')])
      .default('')
      .meta({
        says: 'Picture at the top of every page, at most 64 KiB, which the account tshub can read and which is not in a home; "": that of tshub.',
      }),
    blocks: absolutePath.default('/etc/tshub/pages.d').meta({
      says: 'Folder with texts and HTML of your own for places of pages: page-top, login-top, login-bottom, home-top, home-bottom and footer, as NAME.txt or NAME.html, or NAME.de.txt for one language. Files of root; no scripts, styles or forms; at most 16 KiB each.',
    }),
    color: colour('light').meta({
      says: 'Colour of buttons and links, such as "#17625c"; it must be readable on white (contrast 4.5). "": that of tshub.',
    }),
    color_dark: colour('dark').meta({
      says: 'The same for people who prefer dark pages, such as "#7fd3c4"; readable on black.',
    }),
  })
  .prefault({});
