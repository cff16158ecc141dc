import { JsonText } from '@tshub/http';
import type { Caller } from '../caller/caller.ts';
import { Cache } from '../db/cache.ts';
import type { Server } from '../servers/server.ts';
import type { User } from './user.ts';

/** Everything that the answer to `GET /user` is made of: each is another object as soon as something in it changes. */
export interface OwnFacts {
  readonly user: User;
  readonly servers: readonly Server[];
  readonly info: object | null;
  readonly settings: object;
  /** Others than before after any change of groups, roles or shares. */
  readonly scopes: Caller['scopes'];
}

/** The answers to the last tokens that asked whose they are: user servers and services ask it with their visitors' requests. */
export class OwnAnswers {
  readonly #kept = new Cache<number, { readonly facts: OwnFacts; readonly json: JsonText }>(1000);

  /** The answer for a token, made anew unless all facts are the same. */
  of(tokenId: number, facts: OwnFacts, make: () => unknown): JsonText {
    const known = this.#kept.get(tokenId);
    if (known !== undefined && isSame(known.facts, facts)) return known.json;
    const json = new JsonText(make());
    this.#kept.set(tokenId, { facts, json });
    return json;
  }
}

function isSame(a: OwnFacts, b: OwnFacts): boolean {
  return (
    a.user === b.user &&
    a.scopes === b.scopes &&
    a.info === b.info &&
    a.settings === b.settings &&
    a.servers.length === b.servers.length &&
    a.servers.every((server, i) => server === b.servers[i])
  );
}
