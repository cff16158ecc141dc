import { TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { texts, withClient } from './rest.ts';

/** Whose tokens: of whoever types it, unless said otherwise. Root must say it. */
function ownerOf(context: Context, options: Input['options']): string {
  const { user } = options;
  if (typeof user === 'string' && user !== '') return user;
  if (context.user !== 'root') return context.user;
  throw new TshubError('bad_request', { problem: '--user: expected a user, since root is none of the hub' });
}

export async function createToken(context: Context, { options }: Input): Promise<Outcome> {
  const user = ownerOf(context, options);
  const { note } = options;
  const [scopes, roles] = [texts(options['scope']), texts(options['role'])];
  const life = options['expires-in'];
  const body = {
    note: typeof note === 'string' ? note : `Made by ${context.user} with tshubctl`,
    ...(scopes.length > 0 && { scopes: [...scopes] }),
    ...(roles.length > 0 && { roles: [...roles] }),
    ...(typeof life === 'string' && { expires_in: readSpan(life) }),
  };
  const { data } = await withClient(context, [`tokens!user=${user}`], (client) =>
    client['tokens.create']({ params: { user }, body }),
  );
  // The token and nothing else, for $(tshubctl token create).
  return { json: { token: data }, text: () => data.token };
}

export async function listTokens(context: Context, { options }: Input): Promise<Outcome> {
  const user = ownerOf(context, options);
  const { data } = await withClient(context, [`read:tokens!user=${user}`], (client) =>
    client['tokens.list']({ params: { user } }),
  );
  const tokens = data.api_tokens;
  return {
    json: { tokens },
    text: (screen) => {
      if (tokens.length === 0) return `${user} has no tokens.`;
      return renderTable(
        tokens,
        [
          { title: 'ID', cell: ({ id }) => id },
          { title: 'NOTE', cell: ({ note, oauth_client: client }) => (note === '' ? client : note), canShrink: true },
          { title: 'LAST USED', cell: ({ last_activity: at }) => at ?? 'never' },
          { title: 'EXPIRES', cell: ({ expires_at: at }) => at ?? 'never' },
        ],
        screen,
      );
    },
  };
}

export async function revokeToken(context: Context, { args, options }: Input): Promise<Outcome> {
  const user = ownerOf(context, options);
  const ids = args.map(String);
  await withClient(context, [`tokens!user=${user}`], async (client) => {
    for (const token of ids) await client['tokens.revoke']({ params: { user, token } });
  });
  return {
    json: { revoked: ids },
    text: () => ids.map((id) => `token ${id} of ${user} is of no use any more`).join('\n'),
  };
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `3600`, `90s`, `12h`, `30d` -> seconds. */
export function readSpan(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (digits === '')
    throw new TshubError('bad_request', {
      problem: `--expires-in: expected seconds, or a number with s, m, h or d, found "${text}"`,
    });
  return Number(digits) * units[(unit === '' ? 's' : unit) as keyof typeof units];
}
