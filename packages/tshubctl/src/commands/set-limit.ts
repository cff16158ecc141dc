import { hub1, type LiveLimit, liveLimits, readLiveLimit, TshubError, wireLimit } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';

const timeoutMs = 30_000;

/** `tshubctl server set-limit ada lab mem_limit=4G cpu_limit=2`: the server's name may be left out. */
export async function setLimit(context: Context, { args, options }: Input): Promise<Outcome> {
  const [user = '', server = ''] = args;
  const limits = parseLimits((options['limit'] ?? []) as readonly string[]);
  await context.ask(hub1, timeoutMs, (hub) => hub.SetServerLimits(user, server, limits));
  const which = server === '' ? `the server of ${user}` : `the server "${server}" of ${user}`;
  return {
    json: { limits: { user, server, ...limits } },
    text: () => `${which} has the new limits until it ends; to keep them, see [spawner] in tshub.toml(5)`,
  };
}

/** `name=value` as an administrator writes it in [spawner] -> bytes, weights, tasks, thousandths of a CPU. */
export function parseLimits(pairs: readonly string[]): Record<string, bigint> {
  if (pairs.length === 0)
    throw new TshubError('bad_request', {
      problem: `server set-limit: expected --limit NAME=VALUE, with a name of ${Object.keys(liveLimits).join(', ')}`,
    });
  return Object.fromEntries(pairs.map((pair) => parseLimit(pair)));
}

function parseLimit(pair: string): [LiveLimit, bigint] {
  const [, name = '', text = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
  if (!isLimit(name)) {
    const problem = `--limit: expected a name of ${Object.keys(liveLimits).join(', ')}, found "${name}"`;
    throw new TshubError('bad_request', { problem });
  }
  const value = readLiveLimit(name, text);
  if (value === null) {
    const problem = `--limit ${name}: expected ${liveLimits[name].says}, found "${text}"`;
    throw new TshubError('bad_request', { problem });
  }
  return [name, wireLimit(name, value)];
}

function isLimit(name: string): name is LiveLimit {
  return Object.hasOwn(liveLimits, name);
}
