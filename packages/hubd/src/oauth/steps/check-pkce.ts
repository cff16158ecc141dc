import type { Step } from '../flow.ts';
import { OAuthError } from '../oauth-error.ts';
import { challengeMethods } from '../pkce.ts';

/** A challenge is optional unless the settings say otherwise; what is sent must be one that can be verified (RFC 7636, 4.2). */
export const checkPkce: Step = ({ params, parts }) => {
  const challenge = params.get('code_challenge');
  if (challenge === null) {
    if (parts.settings().hub.oauth_require_pkce) throw new OAuthError('invalid_request', 'Code challenge required.');
    return;
  }
  const method = params.get('code_challenge_method') ?? 'plain';
  if (!challengeMethods.some((known) => known === method))
    throw new OAuthError('invalid_request', 'Transform algorithm not supported.');
  if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(challenge))
    throw new OAuthError('invalid_request', 'Invalid code_challenge parameter value.');
};
