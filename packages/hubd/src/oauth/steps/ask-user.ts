import { scopes as scopeTable } from '@tshub/contract';
import { expandScopes } from '../../access/expand.ts';
import { isWithin } from '../../access/intersect.ts';
import { formatScope, parseScope } from '../../access/scope.ts';
import { ownerOf } from '../../caller/identify.ts';
import { accessScopes, tokenScopes } from '../../tokens/token-scopes.ts';
import { filled, type Flow, type Step } from '../flow.ts';
import { identityScopes } from './check-scope.ts';

/** The user is asked once; not at all about the user's own server, nor about what the same client already has. */
export const askUser: Step = async (flow) => {
  const session = filled(flow.session, 'session');
  const client = filled(flow.client, 'client');
  if (client.server?.user === session.user.name || (await hasAlready(flow))) return undefined;
  const scopes = filled(flow.scopes, 'scopes');
  await flow.parts.renderConfirm(flow.ctx, { session, client, scopes, texts: textsOf(scopes, accessScopes(client)) });
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
  const wanted = expandScopes(scopes, { owner, client });
  return tokens.some((token) => isWithin(wanted, tokenScopes(token, owner, client)));
}

/** Sentences for people; identity and access go without saying. */
function textsOf(scopes: readonly string[], access: readonly string[]): string[] {
  if (scopes.includes('inherit')) return [scopeTable.inherit.says];
  const unsaid = new Set<string>([...access, ...identityScopes]);
  return scopes.filter((raw) => !unsaid.has(raw)).map(textOf);
}

function textOf(raw: string): string {
  const scope = parseScope(raw);
  if (scope === null) return raw;
  const { says } = scopeTable[scope.name];
  if (scope.filter === null) return says;
  return scope.filter.value === null
    ? `${says} (only your own)`
    : `${says} (only ${formatScope(scope.filter.kind, null)} ${scope.filter.value})`;
}
