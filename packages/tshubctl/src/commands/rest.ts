import { makeClient, type Client } from '@tshub/client';
import { hub1, TshubError } from '@tshub/contract';
import type { Context } from '../command.ts';

const timeoutMs = 30_000;

/**
 * Asks the REST API with a token for these scopes and no more, which the hub gives over the bus when polkit lets it. With `more`, what
 * is forbidden is tried once again with these scopes as well: for what needs them only with some users.
 */
export async function withClient<T>(
  context: Context,
  scopes: readonly string[],
  work: (client: Client) => Promise<T>,
  more: readonly string[] = [],
): Promise<T> {
  const [token, apiUrl] = await context.ask(hub1, timeoutMs, (hub) => hub.IssueToken(scopes));
  try {
    return await work(makeClient({ baseUrl: new URL(apiUrl).origin, token, ...patient(context) }));
  } catch (error) {
    if (more.length === 0 || !(error instanceof TshubError) || error.code !== 'forbidden') throw error;
  }
  return withClient(context, [...scopes, ...more], work);
}

function patient({ patienceMs }: Context): { fetch?: typeof fetch } {
  if (patienceMs === undefined) return {};
  return { fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) }) };
}

/** Everything of a list, a page at a time. */
export async function allPages<T>(read: (offset: number) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const page = await read(found.length);
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** A list in the form that clients get which do not ask for pages. */
export function bare<T>(data: readonly T[] | { readonly items: readonly T[] }): readonly T[] {
  return 'items' in data ? data.items : data;
}

/** The values of an option that may be given more than once. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
