import type { ShareCodeModel } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { ago } from '../output/units.ts';
import { allPages, withClient } from './rest.ts';
import { serverOf } from './share.ts';

/** Codes are told once, at their making; what can be told later is which there are. */
export async function listShareCodes(context: Context, { args }: Input): Promise<Outcome> {
  const { user, server } = serverOf(context, args);
  const codes = await withClient(context, [`read:shares!user=${user}`], (client) =>
    allPages(async (offset) => {
      const query = { offset: String(offset) };
      const { data } =
        args[1] === undefined
          ? await client['shareCodes.list']({ params: { user }, query })
          : await client['shareCodes.listServer']({ params: { user, server }, query });
      return data.items;
    }),
  );
  return {
    json: { codes },
    text: (screen) => {
      if (codes.length === 0) return `No link lets into a server of ${user}.`;
      return renderTable(
        codes,
        [
          { title: 'ID', cell: ({ id }) => id },
          { title: 'SERVER', cell: (code) => `${code.server.user.name}/${code.server.name}`, canShrink: true },
          { title: 'SCOPES', cell: scopesOf, canShrink: true },
          { title: 'MADE', cell: ({ created_at }) => since(created_at, screen.now) },
          { title: 'UNTIL', cell: ({ expires_at }) => expires_at ?? 'revoked', canShrink: true },
          { title: 'USED', cell: ({ exchange_count }) => `${exchange_count} times` },
        ],
        screen,
      );
    },
  };
}

function scopesOf({ scopes }: ShareCodeModel): string {
  return scopes.map((scope) => scope.split('!')[0]).join(', ');
}

function since(moment: string | null, now: number): string {
  return ago(moment === null ? 0n : BigInt(Date.parse(moment)), now);
}
