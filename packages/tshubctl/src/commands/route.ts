import { anyUid, proxy1, routeEntry } from '@tshub/contract';
import type { Context, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { ago, isoTime } from '../output/units.ts';
import { understand } from './answer.ts';

const timeoutMs = 30_000;

export async function listRoutes(context: Context): Promise<Outcome> {
  const routes = understand(routeEntry.array(), await context.ask(proxy1, timeoutMs, (proxy) => proxy.ListRoutes()));
  return {
    json: {
      routes: routes.map(({ prefix, target, uid, data, lastActivity }) => ({
        prefix,
        target,
        uid,
        data,
        last_activity: isoTime(lastActivity),
      })),
    },
    text: (screen) => {
      if (routes.length === 0) return 'The proxy has no routes but the hub.';
      return renderTable(
        routes,
        [
          { title: 'PREFIX', cell: ({ prefix }) => prefix, canShrink: true },
          { title: 'TARGET', cell: ({ target }) => target, canShrink: true },
          { title: 'UID', cell: ({ uid }) => (uid === anyUid ? 'any' : String(uid)) },
          { title: 'ACTIVITY', cell: ({ lastActivity }) => ago(lastActivity, screen.now) },
        ],
        screen,
      );
    },
  };
}
