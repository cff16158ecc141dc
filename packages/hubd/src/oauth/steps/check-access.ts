import { TshubError } from '@tshub/contract';
import { expandScopes } from '../../access/expand.ts';
import { intersectScopes, isWithin } from '../../access/intersect.ts';
import { ownerOf } from '../../caller/identify.ts';
import { accessScopes } from '../../tokens/token-scopes.ts';
import { filled, type Step } from '../flow.ts';

/** The user must be let into what the client stands for; of the rest, only what the user may do is granted. */
export const checkAccess: Step = (flow) => {
  const client = filled(flow.client, 'client');
  const owner = ownerOf(filled(flow.session, 'session').user);
  const held = flow.parts.scopesOf(owner);
  if (!isWithin(expandScopes(accessScopes(client), { owner, client }), held)) {
    throw new TshubError('forbidden', { problem: `You do not have permission to access ${client.description}` });
  }
  const asked = filled(flow.scopes, 'scopes');
  flow.scopes = asked.filter(
    (raw) => raw === 'inherit' || intersectScopes(expandScopes([raw], { owner, client }), held).size > 0,
  );
};
