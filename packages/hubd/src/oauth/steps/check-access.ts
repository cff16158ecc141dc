import { TshubError } from '@tshub/contract';
import { accessScopes } from '../../access/roles.ts';
import { ownerOf } from '../../caller/identify.ts';
import { filled, type Step } from '../flow.ts';

/** The user must be let into what the client stands for; of the rest, only what the user may do is granted. */
export const checkAccess: Step = (flow) => {
  const { access } = flow.parts;
  const client = filled(flow.client, 'client');
  const owner = ownerOf(filled(flow.session, 'session').user);
  const held = access.scopesOf(owner);
  if (!access.isWithin(access.expand(accessScopes(client), owner, client), held)) {
    throw new TshubError('forbidden', { problem: `You do not have permission to access ${client.description}` });
  }
  const asked = filled(flow.scopes, 'scopes');
  flow.scopes = asked.filter(
    (raw) => raw === 'inherit' || access.intersect(access.expand([raw], owner, client), held).size > 0,
  );
};
