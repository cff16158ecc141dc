import { hub1, userEntry, type UserEntry } from '@tshub/contract';
import type { Context, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { ago, isoTime } from '../output/units.ts';
import { understand } from './answer.ts';

const pageSize = 200;
const timeoutMs = 30_000;

export async function listUsers(context: Context): Promise<Outcome> {
  const users = await context.ask(hub1, timeoutMs, async (hub) => {
    const found: UserEntry[] = [];
    for (;;) {
      const [page, total] = await hub.ListUsers(found.length, pageSize);
      found.push(...understand(userEntry.array(), page));
      if (page.length === 0 || found.length >= total) return found;
    }
  });
  return {
    json: {
      users: users.map(({ name, admin, lastActivity, activeServers }) => ({
        name,
        admin,
        last_activity: isoTime(lastActivity),
        active_servers: activeServers,
      })),
    },
    text: (screen) => {
      if (users.length === 0) return 'Nobody has logged in yet.';
      return renderTable(
        users,
        [
          { title: 'NAME', cell: ({ name }) => name, canShrink: true },
          { title: 'ADMIN', cell: ({ admin }) => (admin ? 'yes' : 'no') },
          { title: 'SERVERS', cell: ({ activeServers }) => String(activeServers) },
          { title: 'ACTIVITY', cell: ({ lastActivity }) => ago(lastActivity, screen.now) },
        ],
        screen,
      );
    },
  };
}
