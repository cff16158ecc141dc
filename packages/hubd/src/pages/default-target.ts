import { serverPrefix } from '@tshub/contract';
import type { Context } from 'koa';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';

const notCarried: ReadonlySet<string> = new Set(['_xsrf', 'next', 'username']);

/** Where somebody goes who did not say where (peer's contract 5.3): their server, started if need be, or home. */
export function defaultTarget(
  parts: Pick<PagesParts, 'servers' | 'settings'>,
  ctx: Pick<Context, 'query'>,
  user: User,
): string {
  const server = parts.servers.get(user.name, '');
  const path = !parts.settings().hub.redirect_to_server
    ? '/hub/home'
    : server?.ready === true
      ? serverPrefix(user.name, '')
      : '/hub/spawn';
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(ctx.query)) {
    if (notCarried.has(name) || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, one);
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
