import { type NewTokenBody, TshubError } from '@tshub/contract';
import type { Access } from '../access/access.ts';
import type { Owner } from '../caller/caller.ts';

type Grants = Pick<Access, 'expand' | 'isWithin' | 'knows' | 'scopesOf' | 'scopesOfRole'>;
type Wish = Pick<NonNullable<NewTokenBody>, 'roles' | 'scopes'>;

/** The raw scopes of a token that is asked for; throws bad_request for what there is not, or its owner does not hold (peer's contract 3.11). */
export function scopesOfWish(
  access: Grants,
  { roles, scopes }: Wish,
  owner: Owner & { readonly kind: 'user' },
): string[] {
  if (roles !== undefined && scopes !== undefined)
    throw bad('Cannot specify both roles and scopes for a token: roles are scopes by another name');
  const raw = scopes ?? (roles ?? ['token']).flatMap((role) => scopesOfRole(access, role));
  const unknown = raw.filter((scope) => !access.knows(scope));
  if (unknown.length > 0) throw bad(`No such scope: ${unknown.map((one) => one.slice(0, 60)).join(', ')}`);
  const held = access.scopesOf(owner);
  const excess = [...new Set(raw)].filter(
    (scope) => scope !== 'inherit' && !access.isWithin(access.expand([scope], owner), held),
  );
  if (excess.length > 0)
    throw bad(
      `Not assigning requested scopes ${excess.toSorted().join(', ')} not held by User ${owner.name}; ask for some of: ${[...held].toSorted().slice(0, 20).join(', ')}`,
    );
  return [...new Set(raw)];
}

/** Seconds that a token is good for; null for ever. 0 is the same as nothing said (peer's contract 2.5). */
export function lifeOfWish(wanted: number | null | undefined, most: number): number | null {
  const asked = wanted == null || wanted === 0 ? null : wanted;
  if (most === 0) return asked;
  if (asked !== null && asked > most)
    throw bad(`expires_in: ${asked} seconds are more than the ${most} that tokens of this hub may last`);
  return asked ?? most;
}

function scopesOfRole(access: Grants, name: string): readonly string[] {
  const scopes = access.scopesOfRole(name);
  if (scopes === undefined) throw bad(`No such role: ${name.slice(0, 60)}`);
  return scopes;
}

function bad(problem: string): TshubError {
  return new TshubError('bad_request', { problem });
}
