import { accessScopes } from '../../access/roles.ts';
import { ownerOf } from '../../caller/identify.ts';
import { filled, type Flow, type Step } from '../flow.ts';
import { identityScopes } from './check-scope.ts';

/** The user is asked once; not at all about the user's own server, nor about what the same client already has. */
export const askUser: Step = async (flow) => {
  const session = filled(flow.session, 'session');
  const client = filled(flow.client, 'client');
  if (client.server?.user === session.user.name || flow.parts.isTrusted(client)) return undefined;
  if (await hasAlready(flow)) return undefined;
  const scopes = filled(flow.scopes, 'scopes');
  await flow.parts.renderConfirm(flow.ctx, {
    session,
    client,
    scopes,
    asked: askedOf(scopes, accessScopes(client)),
  });
  return 'answered';
};

async function hasAlready(flow: Flow): Promise<boolean> {
  const client = filled(flow.client, 'client');
  const owner = ownerOf(filled(flow.session, 'session').user);
  const scopes = filled(flow.scopes, 'scopes');
  if (owner.kind !== 'user') return false;
  const tokens = await flow.parts.tokens.ofClient(client.id, owner.id);
  // `inherit` stands for what the user may do later as well, so only the word itself covers it.
  if (scopes.includes('inherit')) return tokens.some((token) => token.scopes.includes('inherit'));
  const { access } = flow.parts;
  const wanted = access.expand(scopes, owner, client);
  return tokens.some((token) => access.isWithin(wanted, access.tokenScopes(token, owner, client)));
}

/** What is worth a sentence: identity and access go without saying. */
function askedOf(scopes: readonly string[], unasked: readonly string[]): readonly string[] {
  if (scopes.includes('inherit')) return ['inherit'];
  const unsaid = new Set<string>([...unasked, ...identityScopes]);
  return scopes.filter((raw) => !unsaid.has(raw));
}
