import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import type { PagesParts } from '../parts.ts';
import { redirect } from '../visit.ts';
import { within } from '../within.ts';
import { backOf, visitDesk } from './desk.ts';

/** Milliseconds that an order is waited for, so that the page behind it mostly shows it done. */
const patience = 1000;

/** `POST /hub/admin/servers/…`: start, stop and remove, as the API does it. */
export function makeServerOrders(parts: PagesParts): (router: Router) => void {
  const { call } = parts.admin;

  async function order(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, form } = visitor;
    const params = serverOf(form.get('server') ?? '');
    const isStart = ctx.path.endsWith('/start');
    const remove = ctx.path.endsWith('/remove');
    const work = isStart
      ? call('servers.start', { caller, params })
      : call('servers.stop', { caller, params, body: { remove } });
    // What is refused is told at once; how a start ends is shown in its line.
    const failed = await within(
      patience,
      work.then(() => null, refusalOf),
      null,
    );
    if (failed !== null) throw failed;
    redirect(ctx, backOf(visitor), 303);
  }

  return (router) => {
    router.post('/hub/admin/servers/remove', order);
    router.post('/hub/admin/servers/start', order);
    router.post('/hub/admin/servers/stop', order);
  };
}

/** `ada/lab`: no name has a slash in it. */
export function serverOf(text: string): { readonly user: string; readonly server: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { user: text, server: '' } : { user: text.slice(0, slash), server: text.slice(slash + 1) };
}

/** Why an order was not taken; null for a start that was taken and failed, and for what is so already. */
function refusalOf(error: unknown): unknown {
  const isTold = error instanceof TshubError && ['spawn_failed', 'spawn_refused'].includes(error.code);
  return isTold || isSoAlready(error) ? null : error;
}

/** Whether somebody has ordered the same before. */
export function isSoAlready(error: unknown): boolean {
  return error instanceof TshubError && ['already_running', 'not_running', 'pending'].includes(error.code);
}
