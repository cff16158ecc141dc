import type { Knex } from 'knex';
import { hashSecret, newOAuthToken } from '../tokens/token-text.ts';

/** Seconds in which a code can be exchanged (peer's contract 4.3). */
export const codeLifetime = 300;

export interface Code {
  readonly clientId: string;
  readonly userId: number;
  readonly sessionId: string;
  /** As the client gave it; '' when it left it out. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge: string | null;
  readonly challengeMethod: string | null;
}

export interface CodesStore {
  /** Keeps a code and returns its text, which is not kept. */
  add(code: Code): Promise<string>;
  /** The code, once: it is gone whatever becomes of the exchange. */
  take(text: string, clientId: string): Promise<Code | undefined>;
  purgeExpired(): Promise<number>;
}

interface Row {
  readonly hash: string;
  readonly client_id: string;
  readonly user_id: number;
  readonly session_id: string;
  readonly redirect_uri: string;
  readonly scopes: string;
  readonly challenge: string | null;
  readonly challenge_method: string | null;
  readonly expires_at: number | string;
}

export function makeCodesStore(db: Knex, clock: { now(): number }): CodesStore {
  return {
    async add(code) {
      const text = newOAuthToken();
      await db<Row>('oauth_codes').insert({
        hash: hashSecret(text),
        client_id: code.clientId,
        user_id: code.userId,
        session_id: code.sessionId,
        redirect_uri: code.redirectUri,
        scopes: JSON.stringify(code.scopes),
        challenge: code.challenge,
        challenge_method: code.challengeMethod,
        expires_at: clock.now() + codeLifetime * 1000,
      });
      return text;
    },
    async take(text, clientId) {
      const where = { hash: hashSecret(text), client_id: clientId };
      const row: Row | undefined = await db<Row>('oauth_codes').where(where).first();
      // Of two exchanges at once only one finds a row to delete.
      const taken = row !== undefined && (await db('oauth_codes').where(where).del()) === 1;
      return taken && Number(row.expires_at) > clock.now() ? codeOf(row) : undefined;
    },
    purgeExpired: () => db('oauth_codes').where('expires_at', '<=', clock.now()).del(),
  };
}

function codeOf(row: Row): Code {
  return {
    clientId: row.client_id,
    userId: row.user_id,
    sessionId: row.session_id,
    redirectUri: row.redirect_uri,
    scopes: JSON.parse(row.scopes) as string[],
    challenge: row.challenge,
    challengeMethod: row.challenge_method,
  };
}
