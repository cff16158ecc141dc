import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { Router } from '@koa/router';
import type { Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import type { Context } from 'koa';
import { readSmallFile } from './read-small-file.ts';
import type { StaticFiles } from './static-files.ts';

/** A logo is on every page. */
const logoLimit = 65_536;

const pictureTypes: Readonly<Record<string, string>> = {
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/** What an administrator made of the looks. */
interface Brand {
  readonly logoUrl: string;
  /** Null when the colours are ours. */
  readonly styleUrl: string | null;
}

export interface Brands {
  now(): Brand;
  mount(router: Router): void;
}

interface Made extends Brand {
  readonly logo: File | null;
  readonly style: File | null;
}

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

/** Made anew for settings that were read anew; the picture is read then, not for each page. */
export function makeBrands(settings: () => Settings, files: Pick<StaticFiles, 'url'>, log: Pick<Log, 'warn'>): Brands {
  let made: { readonly of: Settings['pages']; readonly brand: Made } | undefined;

  function now(): Made {
    const { pages } = settings();
    if (made?.of !== pages) made = { of: pages, brand: make(pages) };
    return made.brand;
  }

  function make({ logo_file: path, color, color_dark: dark }: Settings['pages']): Made {
    const logo = path === '' ? null : readLogo(path);
    const style = color === '' && dark === '' ? null : file('text/css', Buffer.from(styleOf(color, dark)));
    return {
      logo,
      style,
      logoUrl: logo === null ? files.url('logo.svg') : `/hub/brand/logo?v=${logo.hash}`,
      styleUrl: style === null ? null : `/hub/brand/style.css?v=${style.hash}`,
    };
  }

  function readLogo(path: string): File | null {
    try {
      const { bytes } = readSmallFile(path, logoLimit);
      return file(pictureTypes[extname(path)] ?? 'application/octet-stream', bytes);
    } catch (error) {
      log.warn({ error }, `pages.logo_file: ${path} cannot be used; pages show the logo of tshub`);
      return null;
    }
  }

  return {
    now,
    mount(router) {
      router.get('/hub/brand/logo', (ctx) => send(ctx, now().logo));
      router.get('/hub/brand/style.css', (ctx) => send(ctx, now().style));
    },
  };
}

function file(type: string, bytes: Buffer): File {
  return { type, bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12) };
}

/** The schema lets only `#rrggbb` through. Each is for the pages that it can be read on. */
function styleOf(color: string, dark: string): string {
  const rule = (value: string): string =>
    `:root { --accent: ${value}; --accent-soft: color-mix(in srgb, ${value} 8%, var(--card)); }`;
  const within = (scheme: 'dark' | 'light', value: string): string =>
    value === '' ? '' : `@media (prefers-color-scheme: ${scheme}) { ${rule(value)} }\n`;
  return within('light', color) + within('dark', dark);
}

function send(ctx: Context, found: File | null): void {
  if (found === null) return;
  ctx.type = found.type;
  ctx.etag = found.hash;
  ctx.set('Cache-Control', ctx.query['v'] === found.hash ? 'public, max-age=31536000, immutable' : 'no-cache');
  // An SVG is a document too, for whoever opens its address: one without scripts.
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = found.bytes;
}
