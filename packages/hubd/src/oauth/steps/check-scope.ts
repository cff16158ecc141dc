import type { Access } from '../../access/access.ts';
import { accessScopes } from '../../access/roles.ts';
import { ownerOf } from '../../caller/identify.ts';
import type { OAuthClient } from '../client.ts';
import { filled, type Step } from '../flow.ts';
import { OAuthError } from '../oauth-error.ts';

/** What every client learns: whom it has before it. */
export const identityScopes = ['read:users:name!user', 'read:users:groups!user'] as const;

/** Raw scopes that a client may ever have (peer's contract 4.2, 3). */
export function allowedScopes(client: OAuthClient): readonly string[] {
  return [...new Set([...client.allowedScopes, ...accessScopes(client), ...identityScopes])];
}

/** Nothing asked for means everything that the client may have; more than that is refused. */
export const checkScope: Step = (flow) => {
  const { access } = flow.parts;
  const client = filled(flow.client, 'client');
  const owner = ownerOf(filled(flow.session, 'session').user);
  const allowed = allowedScopes(client);
  // `identify` is what very old clients ask for.
  const asked = (flow.params.get('scope') ?? '').split(/\s+/).filter((scope) => scope !== '' && scope !== 'identify');
  const wanted = asked.length === 0 ? allowed : resolveNames(access, asked);
  const outside = wanted.filter((raw) => !allowed.includes(raw) && !isCovered(raw));
  if (outside.length > 0) throw new OAuthError('invalid_scope', `${client.id} may not ask for: ${outside.join(', ')}`);
  flow.scopes = [...new Set([...wanted, ...accessScopes(client), ...identityScopes])];

  function isCovered(raw: string): boolean {
    if (raw === 'inherit') return false;
    // Who may have everything may have less; what of it the user has is looked at later.
    if (allowed.includes('inherit')) return true;
    const expanded = access.expand([raw], owner, client);
    return expanded.size > 0 && access.isWithin(expanded, access.expand(allowed, owner, client));
  }
};

/** Scopes as they are; names of roles, if all of them are, become the scopes of the roles. */
function resolveNames(access: Access, asked: readonly string[]): readonly string[] {
  const unknown = asked.filter((name) => !access.knows(name));
  if (unknown.length === 0) return asked;
  return asked.flatMap((name) => {
    const scopes = access.scopesOfRole(name);
    if (scopes === undefined) throw new OAuthError('invalid_scope', `There is no scope ${unknown.join(', ')}`);
    return scopes;
  });
}
