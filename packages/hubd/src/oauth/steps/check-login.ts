import { TshubError } from '@tshub/contract';
import type { Step } from '../flow.ts';

/** A browser that is not logged in is sent to the login page and back; a form without a login is refused. */
export const checkLogin: Step = async (flow) => {
  const { ctx, parts } = flow;
  const session = await parts.sessions.read(ctx);
  if (session !== null) {
    flow.session = session;
    return undefined;
  }
  if (flow.form !== null) throw new TshubError('no_credentials');
  return { status: 302, location: `/hub/login?next=${encodeURIComponent(ctx.originalUrl)}` };
};
