import { timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { Cache } from '../db/cache.ts';
import { hashSecret } from '../tokens/token-text.ts';
import type { Tokens } from '../tokens/token.ts';
import type { OAuthClient, OAuthClients } from './client.ts';

interface Row {
  readonly id: string;
  readonly secret_hash: string;
  readonly description: string;
  readonly redirect_uri: string;
  readonly allowed_scopes: string;
  readonly server_user: string | null;
  readonly server_name: string | null;
  readonly service: string | null;
}

interface Entry {
  readonly client: OAuthClient;
  readonly secretHash: string;
}

export interface OAuthClientsParts {
  readonly db: Knex;
  /** Holds tokens of clients in memory; told before a client goes. */
  readonly tokens: Pick<Tokens, 'revokeClient'>;
}

export function makeOAuthClients({ db, tokens }: OAuthClientsParts): OAuthClients {
  const cache = new Cache<string, Entry>(2000);
  const find = async (id: string): Promise<Entry | undefined> => {
    const known = cache.get(id);
    if (known !== undefined) return known;
    const row: Row | undefined = await db<Row>('oauth_clients').where({ id }).first();
    if (row === undefined) return undefined;
    const entry = { client: clientOf(row), secretHash: row.secret_hash };
    cache.set(id, entry);
    return entry;
  };

  const register: OAuthClients['register'] = async (client, secret) => {
    await tokens.revokeClient(client.id);
    await db('oauth_clients').insert(rowOf(client, secret)).onConflict('id').merge();
    cache.delete(client.id);
  };

  return {
    register,
    async put(client, secret) {
      const known = await find(client.id);
      if (known?.secretHash !== hashSecret(secret)) return register(client, secret);
      const { id, ...row } = rowOf(client, secret);
      await db('oauth_clients').where({ id }).update(row);
      cache.delete(id);
    },
    get: async (id) => (await find(id))?.client,
    async checkSecret(id, secret) {
      const entry = await find(id);
      const given = Buffer.from(hashSecret(secret));
      const stored = Buffer.from(entry?.secretHash ?? hashSecret(''));
      const same = stored.length === given.length && timingSafeEqual(stored, given);
      return same && entry !== undefined && secret !== '';
    },
    async remove(id) {
      await tokens.revokeClient(id);
      await db('oauth_clients').where({ id }).del();
      cache.delete(id);
    },
  };
}

function rowOf(client: OAuthClient, secret: string): Row {
  return {
    id: client.id,
    secret_hash: hashSecret(secret),
    description: client.description,
    redirect_uri: client.redirectUri,
    allowed_scopes: JSON.stringify(client.allowedScopes),
    server_user: client.server?.user ?? null,
    server_name: client.server?.server ?? null,
    service: client.service,
  };
}

function clientOf(row: Row): OAuthClient {
  return {
    id: row.id,
    description: row.description,
    redirectUri: row.redirect_uri,
    allowedScopes: JSON.parse(row.allowed_scopes) as string[],
    server: row.server_user === null ? null : { user: row.server_user, server: row.server_name ?? '' },
    service: row.service,
  };
}
