import { serverPrefix } from '@tshub/contract';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';
import { strings } from './strings.ts';
import type { GrantView, TokenView } from './token-lists.ts';
import { choiceOf, type ScopeChoice } from './token-scopes.ts';

type Parts = Pick<PagesParts, 'access' | 'clients' | 'servers'>;

/** Tokens as the page lists them. */
export function tokenViews(parts: Parts, tokens: readonly Token[], user: User): TokenView[] {
  const running = new Set(
    parts.servers
      .ofUser(user.id)
      .filter(({ active }) => active)
      .map(({ name }) => `Server at ${serverPrefix(user.name, name)}`),
  );
  return tokens.map((token) => ({
    ...common(parts, [token], user),
    note: token.note,
    isServers: running.has(token.note),
  }));
}

/** OAuth clients, each with all the tokens that it was given; the one used last comes first. */
export async function grantViews(parts: Parts, tokens: readonly Token[], user: User): Promise<GrantView[]> {
  const byClient = new Map<string, Token[]>();
  for (const token of tokens)
    if (token.clientId !== null) byClient.set(token.clientId, [...(byClient.get(token.clientId) ?? []), token]);
  const views: GrantView[] = [];
  for (const [clientId, of] of byClient) {
    const client = await parts.clients.get(clientId);
    views.push({ ...common(parts, of, user), description: client?.description ?? clientId, count: of.length });
  }
  return views;
}

function common(parts: Parts, tokens: readonly Token[], user: User) {
  const raw = [...new Set(tokens.flatMap(({ scopes }) => scopes))].toSorted();
  const expiries = tokens.map(({ expiresAt }) => expiresAt);
  return {
    id: `a${tokens[0]?.id ?? 0}`,
    created: Math.min(...tokens.map(({ created }) => created)),
    lastActivity: latest(tokens.map(({ lastActivity }) => lastActivity)),
    expiresAt: expiries.includes(null) ? null : latest(expiries),
    scopes: raw.includes('inherit') ? null : raw.map((scope) => inWords(parts, scope, user)),
  };
}

function inWords({ access }: Parts, scope: string, user: User): ScopeChoice {
  return choiceOf(access, scope, user.name, strings.token.everybody);
}

function latest(times: ReadonlyArray<number | null>): number | null {
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.max(...known);
}
