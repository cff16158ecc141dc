import type { Settings } from '@tshub/config';
import type { EndedSessions } from '../login/ended-sessions.ts';
import type { Tokens } from '../tokens/token.ts';
import type { UsersStore } from '../users/user.ts';
import type { OAuthClients } from './client.ts';
import type { Code, CodesStore } from './codes-store.ts';
import { OAuthError } from './oauth-error.ts';
import { verifyChallenge } from './pkce.ts';

export interface ExchangeParts {
  readonly clients: Pick<OAuthClients, 'checkSecret' | 'get'>;
  readonly codes: Pick<CodesStore, 'take'>;
  readonly ended: Pick<EndedSessions, 'has'>;
  readonly tokens: Pick<Tokens, 'issue'>;
  readonly users: Pick<UsersStore, 'byId'>;
  readonly settings: () => Settings;
}

/** The success body of the token endpoint, and for the log whose token it is. */
export interface Exchanged {
  readonly body: {
    readonly access_token: string;
    readonly expires_in: number;
    readonly token_type: 'Bearer';
    readonly scope: string;
  };
  readonly user: string;
  readonly client: string;
}

/** A code for a token (peer's contract 4.3); throws OAuthError. Credentials are those in the form: no header counts. */
export async function exchangeCode(form: URLSearchParams, parts: ExchangeParts): Promise<Exchanged> {
  if (form.get('grant_type') !== 'authorization_code') throw new OAuthError('unsupported_grant_type');
  const id = form.get('client_id') ?? '';
  const text = form.get('code');
  if (text === null) throw new OAuthError('invalid_request', 'Missing code parameter.');
  if (!(await parts.clients.checkSecret(id, form.get('client_secret') ?? ''))) throw new OAuthError('invalid_client');
  const code = await parts.codes.take(text, id);
  const client = await parts.clients.get(id);
  // A code that was made before a logout must not outlive it.
  if (code === undefined || client === undefined || parts.ended.has(code.sessionId))
    throw new OAuthError('invalid_grant');
  checkVerifier(code, form.get('code_verifier'));
  checkRedirect(code, form.get('redirect_uri'), client.redirectUri);
  const user = await parts.users.byId(code.userId);
  if (user === undefined) throw new OAuthError('invalid_grant');
  const { oauth_token_expires_in: configured, cookie_max_age_days: days } = parts.settings().hub;
  const expiresIn = Math.round(configured === 0 ? days * 24 * 3600 : configured);
  const issued = await parts.tokens.issue({
    owner: { kind: 'user', id: user.id },
    scopes: code.scopes,
    note: '',
    expiresIn,
    clientId: client.id,
    sessionId: code.sessionId,
  });
  const body = {
    access_token: issued.text,
    expires_in: expiresIn,
    token_type: 'Bearer',
    scope: code.scopes.join(' '),
  } as const;
  return { body, user: user.name, client: client.id };
}

function checkVerifier(code: Code, verifier: string | null): void {
  if (code.challenge === null) return;
  if (verifier === null || !verifyChallenge(code.challenge, code.challengeMethod ?? 'plain', verifier))
    throw new OAuthError('invalid_grant');
}

/** What was given when the code was made must be given again; what was left out may be. */
function checkRedirect(code: Code, given: string | null, registered: string): void {
  const fits = code.redirectUri === '' ? given === null || given === registered : given === code.redirectUri;
  if (!fits) throw new OAuthError('invalid_request', 'Mismatching redirect URI.');
}
