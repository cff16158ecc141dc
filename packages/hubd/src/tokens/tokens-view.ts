import type { TokenModel } from '@tshub/contract';
import { formatTimestamp } from '@tshub/http';
import type { Access } from '../access/access.ts';
import type { Owner } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Token } from './token.ts';

/** The REST model of a token (peer's contract 2.5): what it may do now, not what it was given. */
export function tokenModelOf(
  token: Token,
  owner: Owner,
  client: OAuthClient | undefined,
  access: Pick<Access, 'tokenScopes'>,
): TokenModel {
  return {
    kind: 'api_token',
    ...(owner.kind === 'user' ? { user: owner.name } : { service: owner.name }),
    id: `a${token.id}`,
    roles: [],
    scopes: [...access.tokenScopes(token, owner, client)].toSorted(),
    created: formatTimestamp(token.created),
    last_activity: formatTimestamp(token.lastActivity),
    expires_at: formatTimestamp(token.expiresAt),
    note: token.note,
    session_id: token.sessionId,
    oauth_client: token.clientId === null ? 'JupyterHub' : (client?.description ?? token.clientId),
  };
}
