import { TshubError } from '@tshub/contract';
import { filled, type Step } from '../flow.ts';

/** The registered one, to the letter, or none at all. */
export const checkRedirectUri: Step = (flow) => {
  const { redirectUri } = filled(flow.client, 'client');
  const given = flow.params.getAll('redirect_uri');
  if (given.some((uri) => uri !== redirectUri) || given.length > 1)
    throw new TshubError('bad_request', { problem: 'Mismatching redirect URI.' });
  flow.redirectUri = redirectUri;
};
