import type { Settings } from '@tshub/config';
import type { NewTokenBody } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Access } from '../access/access.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import { lifeOfWish, scopesOfWish } from './new-token.ts';
import type { Token, Tokens } from './token.ts';

/** What somebody wants of a new token; the note is said by whoever asks. */
export type TokenWish = Pick<NonNullable<NewTokenBody>, 'expires_in' | 'roles' | 'scopes'> & { readonly note: string };

interface TokenUser {
  readonly id: number;
  readonly name: string;
  readonly admin: boolean;
}

/** Making and revoking tokens of users: the same over the API and on the page. Whether the caller may is asked before. */
export interface TokenOrders {
  /** Throws bad_request for scopes that there are not or that its owner does not hold, and for a life that is too long. */
  issue(caller: Caller, user: TokenUser, wish: TokenWish): Promise<{ readonly token: Token; readonly text: string }>;
  revoke(caller: Caller, user: TokenUser, token: Token): Promise<void>;
}

export function makeTokenOrders(parts: {
  readonly access: Access;
  readonly tokens: Tokens;
  readonly settings: () => Settings;
  readonly log: Log;
}): TokenOrders {
  const { access, tokens, log } = parts;
  return {
    async issue(caller, user, wish) {
      const scopes = scopesOfWish(access, wish, { kind: 'user', id: user.id, name: user.name, admin: user.admin });
      const expiresIn = lifeOfWish(wish.expires_in, parts.settings().hub.token_expires_in_max_seconds);
      const { id, text } = await tokens.issue({
        owner: { kind: 'user', id: user.id },
        scopes,
        note: wish.note,
        expiresIn,
      });
      const life = expiresIn === null ? 'for ever' : `for ${expiresIn} s`;
      log.info(
        {
          event: 'token',
          user: user.name,
          tokenId: `a${id}`,
          scopes: scopes.join(' '),
          ...byWhom(caller),
        },
        `a token was issued to ${user.name} by ${caller.owner.name}, good ${life}`,
      );
      const token = await tokens.byId(id);
      if (token === undefined) throw new Error(`token a${id} was not kept`);
      return { token, text };
    },
    async revoke(caller, user, token) {
      // A client gets a new token by itself as long as it has one: taking one away takes all.
      if (token.clientId !== null) await tokens.revokeClient(token.clientId, user.id);
      else await tokens.revoke(token.id);
      log.info(
        { event: 'token-revoked', user: user.name, tokenId: `a${token.id}`, ...byWhom(caller) },
        `token a${token.id} of ${user.name} was revoked by ${caller.owner.name}`,
      );
    },
  };
}
