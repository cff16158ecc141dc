import type { Reply } from '@tshub/http';
import { filled, type Step } from '../flow.ts';
import { withParams } from '../redirect.ts';

/** The end: a code that is good for five minutes and for one exchange. */
export const issueCode: Step = async (flow): Promise<Reply> => {
  const { ctx, parts, params } = flow;
  const challenge = params.get('code_challenge');
  const code = await parts.codes.add({
    clientId: filled(flow.client, 'client').id,
    userId: filled(flow.session, 'session').user.id,
    sessionId: parts.sessions.ensureId(ctx),
    redirectUri: params.get('redirect_uri') ?? '',
    scopes: filled(flow.scopes, 'scopes'),
    challenge,
    challengeMethod: challenge === null ? null : (params.get('code_challenge_method') ?? 'plain'),
  });
  const state = params.get('state');
  const location = withParams(filled(flow.redirectUri, 'redirectUri'), { code, ...(state === null ? {} : { state }) });
  return { status: 302, location, headers: { 'Cache-Control': 'no-store' } };
};
