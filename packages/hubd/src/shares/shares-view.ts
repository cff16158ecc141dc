import type { Settings } from '@tshub/config';
import { type ShareCodeModel, type ShareModel, serverPrefix } from '@tshub/contract';
import { formatTimestamp } from '@tshub/http';
import type { Servers } from '../servers/server.ts';
import { rawScopes } from './share-index.ts';
import type { Share, ShareCode, SharedServer } from './share.ts';

export interface ShareViewParts {
  readonly servers: Pick<Servers, 'get'>;
  readonly settings: () => Settings;
}

/** What the API says of shares and codes (peer's contract 2.9). */
export function shareModelOf(parts: ShareViewParts, share: Share): ShareModel {
  const { kind, name } = share.target;
  return {
    server: serverModelOf(parts, share.server),
    scopes: [...rawScopes(share)],
    user: kind === 'user' ? { name } : null,
    group: kind === 'group' ? { name } : null,
    kind,
    created_at: formatTimestamp(share.created),
  };
}

export function shareCodeModelOf(parts: ShareViewParts, code: ShareCode): ShareCodeModel {
  return {
    server: serverModelOf(parts, code.server),
    scopes: [...rawScopes(code)],
    id: `sc_${code.id}`,
    created_at: formatTimestamp(code.created),
    expires_at: formatTimestamp(code.expiresAt),
    exchange_count: code.exchangeCount,
    last_exchanged_at: formatTimestamp(code.lastExchanged),
  };
}

/** Where a code is exchanged: a path, and all of it when the hub knows how browsers reach it. */
export function acceptUrls({ settings }: Pick<ShareViewParts, 'settings'>, text: string) {
  const path = `/hub/accept-share?code=${encodeURIComponent(text)}`;
  return { accept_url: path, full_accept_url: publicUrl(settings(), path) };
}

function serverModelOf({ servers, settings }: ShareViewParts, { user, name }: SharedServer): ShareModel['server'] {
  const url = serverPrefix(user, name);
  const ready = servers.get(user, name)?.ready ?? false;
  return { user: { name: user }, name, url, full_url: publicUrl(settings(), url), ready };
}

function publicUrl({ hub }: Settings, path: string): string | null {
  return hub.public_url === '' ? null : hub.public_url.replace(/\/$/, '') + path;
}
