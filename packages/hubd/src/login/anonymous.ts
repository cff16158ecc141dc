import { createHash } from 'node:crypto';
import type { Settings } from '@tshub/config';
import type { Context } from 'koa';

/** A browser that nobody is logged in with, as far as it can be told from others; so that what one was given does not do in another. */
export function browserOf(
  ctx: Context,
  { bind_to_address: byAddress }: Pick<Settings['login'], 'bind_to_address'>,
): string {
  return createHash('sha256')
    .update(`${byAddress ? ctx.ip : ''}\0${ctx.get('User-Agent')}`)
    .digest('base64url');
}
