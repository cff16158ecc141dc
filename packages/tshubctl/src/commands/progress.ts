import { makeClient } from '@tshub/client';
import { hub1 } from '@tshub/contract';
import type { Context } from '../command.ts';

const tokenTimeoutMs = 5_000;

/**
 * Tells the steps of a start, from the REST API with a token for reading this server only, until the start is over.
 * This is decoration: whatever goes wrong with it, the start and its own error count.
 */
export async function tellProgress<T>(context: Context, user: string, server: string, start: Promise<T>): Promise<T> {
  const { tell } = context;
  if (tell === null) return start;
  const over = new AbortController();
  const telling = follow(context, tell, user, server, over.signal).catch(() => undefined);
  try {
    return await start;
  } finally {
    over.abort();
    await telling;
  }
}

async function follow(
  context: Context,
  tell: (line: string) => void,
  user: string,
  server: string,
  signal: AbortSignal,
): Promise<void> {
  const bus = await context.bus();
  const calls = bus.calls(hub1, { timeoutMs: tokenTimeoutMs });
  // The second for the lines that the server writes, which not everybody reads who sees it.
  const scopes = ['read:servers', 'servers'].map((scope) => `${scope}!server=${user}/${server}`);
  const [token, apiUrl] = await calls.IssueToken(scopes);
  if (signal.aborted) return;
  const client = makeClient({ baseUrl: new URL(apiUrl).origin, token });
  const { data } =
    server === ''
      ? await client['servers.progressDefault']({ params: { user }, signal })
      : await client['servers.progress']({ params: { user, server }, signal });
  for await (const event of data) {
    const step = stepOf(event);
    if (step !== undefined) tell(step);
  }
}

/** `50%  Waiting for …`; nothing for the last event, which the start itself tells. */
export function stepOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('message' in event) || typeof event.message !== 'string')
    return undefined;
  if ('ready' in event || 'failed' in event) return undefined;
  const share = 'progress' in event && typeof event.progress === 'number' ? `${event.progress}%`.padStart(4) : '    ';
  return `${share}  ${event.message}`;
}
