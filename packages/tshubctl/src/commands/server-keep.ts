import { hub1, serverEntry, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { understand } from './answer.ts';
import { nameOf, serverView, target } from './server.ts';
import { endsField } from './server-ends.ts';

const timeoutMs = 30_000;

/** Puts off the end of a server, as long as is allowed or until a time. */
export async function keepServer(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'keep');
  const until = untilOf(input.options['until']);
  const answer = await context.ask(hub1, timeoutMs, (hub) => hub.KeepServer(user, server, until));
  const entry = understand(serverEntry, answer);
  return {
    json: { server: serverView(entry) },
    text: ({ now }) =>
      entry.endsAt === undefined
        ? `${nameOf(user, server)} goes on: it has no end that could be put off`
        : `${nameOf(user, server)} ends ${endsField(entry, now)}`,
  };
}

function untilOf(given: unknown): bigint {
  if (typeof given !== 'string') return 0n;
  const at = Date.parse(given);
  if (Number.isFinite(at) && at > 0) return BigInt(at);
  throw new TshubError('bad_request', {
    problem: `--until: expected a time such as 2030-01-31T12:00:00Z, found "${given}"`,
  });
}
