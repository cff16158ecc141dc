import { type ShareModel, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { allPages, withClient } from './rest.ts';

/** Whoever types it; a group's shares are left by leaving the group. */
function oneself({ user }: Context): string {
  if (user !== 'root') return user;
  throw new TshubError('bad_request', {
    problem: "root is none of the hub, and nobody shares with it; see 'tshubctl share list USER'",
  });
}

/** What others share with whoever asks, or with a group of theirs. */
export async function listReceived(context: Context): Promise<Outcome> {
  const user = oneself(context);
  const shares = await withClient(context, [`read:users:shares!user=${user}`], (client) =>
    allPages(async (offset) => {
      const query = { offset: String(offset) };
      return (await client['shares.listWithUser']({ params: { user }, query })).data.items;
    }),
  );
  return {
    json: { shares },
    text: (screen) => {
      if (shares.length === 0) return 'Nobody shares a server with you.';
      return renderTable(
        shares,
        [
          { title: 'SERVER', cell: ({ server }) => `${server.user.name}/${server.name}`, canShrink: true },
          { title: 'WITH', cell: withWhom, canShrink: true },
          { title: 'URL', cell: ({ server }) => server.url, canShrink: true },
        ],
        screen,
      );
    },
  };
}

export async function leaveShare(context: Context, { args: [owner = '', server = ''] }: Input): Promise<Outcome> {
  const user = oneself(context);
  await withClient(context, [`users:shares!user=${user}`], (client) =>
    client['shares.leaveUser']({ params: { user, owner, server } }),
  );
  return {
    json: { left: { owner, server } },
    text: () => `server ${owner}/${server} is shared with you no longer`,
  };
}

function withWhom({ kind, group }: ShareModel): string {
  return kind === 'user' ? 'you' : `group ${group?.name ?? ''}`;
}
