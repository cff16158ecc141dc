import type { Step } from '../flow.ts';
import { OAuthError } from '../oauth-error.ts';

/** There are codes and nothing else. */
export const checkResponseType: Step = ({ params }) => {
  const repeated = ['response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method'].find(
    (name) => params.getAll(name).length > 1,
  );
  if (repeated !== undefined) throw new OAuthError('invalid_request', `Duplicate ${repeated} parameter.`);
  const type = params.get('response_type');
  if (type === null) throw new OAuthError('invalid_request', 'Missing response_type parameter.');
  if (type !== 'code') throw new OAuthError('unsupported_response_type');
};
