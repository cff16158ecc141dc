import { expandScopes } from '../access/expand.ts';
import { intersectScopes } from '../access/intersect.ts';
import { identifyScopes, scopesOf } from '../access/roles.ts';
import type { Owner, ScopeSet } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Token } from './token.ts';

/** What lets a token of a client into what the client stands for (peer's contract 3.4). */
export function accessScopes(client: OAuthClient): readonly string[] {
  return client.server === null ? [] : [`access:servers!server=${client.server.user}/${client.server.server}`];
}

/** What a token may do now: what it was given, cut down to what its owner may do at this moment. */
export function tokenScopes(token: Token, owner: Owner, client: OAuthClient | undefined): ScopeSet {
  const held = scopesOf(owner);
  if (token.scopes.includes('inherit')) return held;
  const extra = client === undefined ? [] : [...accessScopes(client), ...identifyScopes(owner)];
  return intersectScopes(expandScopes([...token.scopes, ...extra], { owner, client: client ?? null }), held);
}
