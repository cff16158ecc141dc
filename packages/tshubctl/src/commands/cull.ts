import { culler1, decision, type Decision } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { span } from '../output/units.ts';
import { understand } from './answer.ts';

/** As long as many servers may take to stop. */
const timeoutMs = 600_000;

export async function cullNow(context: Context, { options }: Input): Promise<Outcome> {
  const isDryRun = options['dry-run'] === true;
  const decisions = understand(
    decision.array(),
    await context.ask(culler1, timeoutMs, (culler) => culler.CullNow(isDryRun)),
  );
  const shown = isDryRun ? decisions : decisions.filter(({ cull }) => cull);
  return {
    json: { dry_run: isDryRun, decisions: decisions.map(decisionView) },
    text: (screen) => {
      if (decisions.length === 0) return 'No server is active.';
      if (shown.length === 0) return 'No server has reached its limit; see: tshubctl cull --dry-run';
      return renderTable(
        shown,
        [
          { title: 'USER', cell: ({ user }) => user, canShrink: true },
          { title: 'SERVER', cell: ({ server }) => (server === '' ? '(default)' : server), canShrink: true },
          {
            title: isDryRun ? 'WOULD STOP' : 'STOPPED',
            cell: whenOf,
            style: ({ cull }) => (cull ? 'yellow' : undefined),
          },
          { title: 'WHY', cell: ({ why }) => why, canShrink: true },
        ],
        screen,
      );
    },
  };
}

/** Seconds until it would be stopped are null for never. */
function decisionView({ user, server, cull, why, seconds }: Decision): Record<string, unknown> {
  return { user, server, cull, why, seconds: seconds < 0 ? null : seconds };
}

function whenOf({ cull, seconds }: Decision): string {
  if (cull) return 'now';
  return seconds < 0 ? 'never' : `in ${span(seconds)}`;
}
