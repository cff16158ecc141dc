import { serverPrefix } from '@tshub/contract';
import { parseScope } from '../access/scope.ts';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';
import { sayScope } from './languages/scopes.ts';
import { strings } from './strings.ts';
import type { CodeView, GivenView, ShareView } from './shares-lists.ts';

type Parts = Pick<PagesParts, 'access' | 'servers' | 'shareCodes' | 'shares'>;

/** As many as a page can show. */
const page = { offset: 0, limit: 200 } as const;

/** With whom somebody shares, and by which links. */
export async function ownShares(
  parts: Parts,
  user: User,
): Promise<{ readonly shares: readonly ShareView[]; readonly codes: readonly CodeView[] }> {
  const [shares, codes] = await Promise.all([
    parts.shares.list({ owner: user.name }, page),
    parts.shareCodes.list({ owner: user.name }, page),
  ]);
  return {
    shares: shares.items.map(({ server, target, scopes, created }) => ({
      server: server.name,
      kind: target.kind,
      name: target.name,
      rights: inWords(parts, scopes),
      created,
    })),
    codes: codes.items.map(({ id, server, scopes, created, expiresAt, exchangeCount, lastExchanged }) => ({
      id: `sc_${id}`,
      server: server.name,
      rights: inWords(parts, scopes),
      created,
      expiresAt,
      uses: exchangeCount,
      lastUse: lastExchanged,
    })),
  };
}

/** What others share with somebody. The database is read only if there is something. */
export async function givenTo(parts: Parts, user: User): Promise<readonly GivenView[]> {
  if (parts.shares.sharedWith(user.name, parts.access.groupsOf(user.name)).length === 0) return [];
  const { items } = await parts.shares.list({ userId: user.id }, page);
  return items
    .filter(({ server }) => server.user !== user.name)
    .map(({ server, target, scopes }) => ({
      owner: server.user,
      server: server.name,
      url: serverPrefix(server.user, server.name),
      isReady: parts.servers.get(server.user, server.name)?.ready ?? false,
      group: target.kind === 'group' ? target.name : '',
      rights: inWords(parts, scopes),
    }));
}

/** What scopes allow on one server. */
export function inWords({ access }: Pick<PagesParts, 'access'>, scopes: readonly string[]): string[] {
  return scopes.flatMap((scope) => {
    const name = parseScope(scope)?.name;
    return name === undefined ? [] : [strings.shares.says[name] ?? sayScope(access, name)];
  });
}
