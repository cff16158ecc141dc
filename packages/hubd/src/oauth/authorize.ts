import { answerWithPages, readForm, type Reply } from '@tshub/http';
import type { Context } from 'koa';
import type { AuthorizeParts, Flow, Step } from './flow.ts';
import { OAuthError } from './oauth-error.ts';
import { withParams } from './redirect.ts';
import { askUser } from './steps/ask-user.ts';
import { checkAccess } from './steps/check-access.ts';
import { checkClient } from './steps/check-client.ts';
import { checkLogin } from './steps/check-login.ts';
import { checkPkce } from './steps/check-pkce.ts';
import { checkRedirectUri } from './steps/check-redirect-uri.ts';
import { checkResponseType } from './steps/check-response-type.ts';
import { checkScope } from './steps/check-scope.ts';
import { checkXsrf } from './steps/check-xsrf.ts';
import { issueCode } from './steps/issue-code.ts';
import { narrowToForm } from './steps/narrow-to-form.ts';

/** The authorization endpoint (peer's contract 4.2): which step runs for a visit (GET), and which for the confirmation (POST). */
const steps: ReadonlyArray<readonly [step: Step, get: boolean, post: boolean]> = [
  [checkLogin, /*       */ true, true],
  [checkXsrf, /*        */ false, true],
  [checkClient, /*      */ true, true],
  [checkRedirectUri, /* */ true, true],
  [checkResponseType, /**/ true, true],
  [checkPkce, /*        */ true, true],
  [checkScope, /*       */ true, true],
  [checkAccess, /*      */ true, true],
  [narrowToForm, /*     */ false, true],
  [askUser, /*          */ true, false],
  [issueCode, /*        */ true, true],
];

/** Runs the steps until one answers. */
export async function authorize(ctx: Context, parts: AuthorizeParts): Promise<Reply | void> {
  answerWithPages(ctx);
  const form = ctx.method === 'POST' ? await readForm(ctx.req) : null;
  const flow: Flow = { ctx, parts, params: new URLSearchParams(ctx.querystring), form };
  try {
    for (const [step, get, post] of steps) {
      const answer = (form === null ? get : post) ? await step(flow) : undefined;
      if (answer === 'answered') return undefined;
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    if (error instanceof OAuthError && flow.redirectUri !== undefined)
      return redirectError(flow.redirectUri, flow.params, error);
    throw error;
  }
  throw new Error('no step of the flow answered');
}

function redirectError(redirectUri: string, params: URLSearchParams, error: OAuthError): Reply {
  const state = params.get('state');
  const location = withParams(redirectUri, {
    error: error.word,
    ...(error.description === undefined ? {} : { error_description: error.description }),
    ...(state === null ? {} : { state }),
  });
  return { status: 302, location };
}
