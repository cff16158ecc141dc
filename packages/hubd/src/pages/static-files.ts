import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';

const types = {
  'admin.js': 'text/javascript',
  'home.js': 'text/javascript',
  'log.js': 'text/javascript',
  'logo.svg': 'image/svg+xml',
  'page.js': 'text/javascript',
  'pending.js': 'text/javascript',
  'style.css': 'text/css',
} as const;

export type StaticName = keyof typeof types;

export interface StaticFiles {
  /** With the hash of the content in it: browsers may keep what is behind it for ever. */
  url(name: StaticName): string;
  mount(router: Router): void;
}

interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

/** The build puts the same folder beside the bundle. */
const folder = new URL('./static/', import.meta.url);

/** The few files that pages need, read once at start. */
export function readStaticFiles(): StaticFiles {
  const files = new Map<string, StaticFile>();
  for (const [name, type] of Object.entries(types)) {
    const bytes = readFileSync(new URL(name, folder));
    files.set(name, { type, bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12) });
  }

  return {
    url: (name) => `/hub/static/${name}?v=${files.get(name)?.hash ?? ''}`,
    mount(router) {
      router.get(['/hub/favicon.ico', '/hub/logo', '/hub/static/:file'], (ctx) => {
        const name: string = ctx.params['file'] ?? 'logo.svg';
        const file = files.get(name);
        if (file === undefined) throw new TshubError('not_found', { what: ctx.path });
        ctx.type = file.type;
        ctx.etag = file.hash;
        ctx.set('Cache-Control', ctx.query['v'] === file.hash ? 'public, max-age=31536000, immutable' : 'no-cache');
        ctx.status = 200;
        if (ctx.fresh) ctx.status = 304;
        else ctx.body = file.bytes;
      });
    },
  };
}
