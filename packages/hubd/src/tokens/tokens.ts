import { timingSafeEqual } from 'node:crypto';
import type { Settings } from '@tshub/config';
import type { Knex } from 'knex';
import { Cache } from '../db/cache.ts';
import { hashSecret, newApiToken, newOAuthToken, prefixOf } from './token-text.ts';
import type { PeerTokens } from './peer-tokens.ts';
import { makeTokensStore, type TokensStore } from './tokens-store.ts';
import type { Token, Tokens } from './token.ts';

export interface TokensParts {
  readonly db: Knex;
  readonly clock: { now(): number };
  readonly settings: () => Settings;
  /** Those that came along from another hub. */
  readonly peer: Pick<PeerTokens, 'adopt'>;
}

/** Issues, finds and revokes tokens. Look-ups are kept in memory by the hash of the text; whoever takes a row away takes it from there too. */
export function makeTokens(parts: TokensParts): Tokens {
  const { clock, settings } = parts;
  const store = makeTokensStore(parts.db);
  const cache = new Cache<string, Token>(5000);
  // A look-up that began before a revocation must not put back what it took away.
  let revocations = 0;
  const forget = (hashes: readonly string[]): void => {
    revocations += 1;
    for (const hash of hashes) cache.delete(hash);
  };
  const alive = (token: Token): boolean => token.expiresAt === null || token.expiresAt > clock.now();

  return {
    async issue(token) {
      const text = token.text ?? (token.clientId === undefined ? newApiToken() : newOAuthToken());
      const now = clock.now();
      const expiresAt = token.expiresIn === null ? null : now + token.expiresIn * 1000;
      const id = await store.add({ ...token, prefix: prefixOf(text), hash: hashSecret(text), created: now, expiresAt });
      return { id, text };
    },
    async find(text) {
      const hash = hashSecret(text);
      const known = cache.get(hash);
      if (known !== undefined) return alive(known) ? known : undefined;
      const before = revocations;
      const token =
        (await findRow(store, prefixOf(text), hash)) ??
        ((await parts.peer.adopt(text)) ? await findRow(store, prefixOf(text), hash) : undefined);
      if (token === undefined || !alive(token)) return undefined;
      if (before === revocations) cache.set(hash, token);
      return token;
    },
    async byId(id) {
      const token = await store.byId(id);
      return token !== undefined && alive(token) ? token : undefined;
    },
    async ofUser(userId) {
      const all = await store.ofUser(userId);
      if (!all.every(alive)) forget(await store.removeExpired(clock.now()));
      return all.filter(alive).toSorted((a, b) => usedOrMade(a) - usedOrMade(b) || a.id - b.id);
    },
    revokeUser: async (userId) => forget(await store.remove({ user_id: userId })),
    renameUser: async (from, to) => forget(await store.renameUser(from, to)),
    revoke: async (id) => forget(await store.remove({ id })),
    revokeClient: async (clientId, userId) =>
      forget(
        await store.remove(userId === undefined ? { client_id: clientId } : { client_id: clientId, user_id: userId }),
      ),
    revokeService: async (service, note) =>
      forget(await store.remove(note === undefined ? { service } : { service, note })),
    revokeSession: async (userId, sessionId) => forget(await store.remove({ user_id: userId, session_id: sessionId })),
    ofClient: async (clientId, userId) => (await store.ofClient(clientId, userId)).filter(alive),
    async touch(token) {
      const now = clock.now();
      const hash = await store.touch(token.id, now, now - settings().hub.activity_resolution * 1000);
      if (hash === undefined) return;
      const known = cache.get(hash);
      if (known !== undefined) cache.set(hash, { ...known, lastActivity: now });
    },
    async purgeExpired() {
      const hashes = await store.removeExpired(clock.now());
      forget(hashes);
      return hashes.length;
    },
  };
}

function usedOrMade({ lastActivity, created }: Token): number {
  return lastActivity ?? created;
}

async function findRow(store: TokensStore, prefix: string, hash: string): Promise<Token | undefined> {
  const wanted = Buffer.from(hash);
  for (const candidate of await store.byPrefix(prefix)) {
    const stored = Buffer.from(candidate.hash);
    if (stored.length === wanted.length && timingSafeEqual(stored, wanted)) return candidate.token;
  }
  return undefined;
}
