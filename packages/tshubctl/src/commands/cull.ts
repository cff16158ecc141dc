import { culler1, decision, type Decision, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { span } from '../output/units.ts';
import { understand } from './answer.ts';

/** As long as many servers may take to stop. */
const timeoutMs = 600_000;

export async function cullNow(context: Context, { args, options }: Input): Promise<Outcome> {
  const [user] = args;
  const isDryRun = options['dry-run'] === true;
  const doesExplain = options['explain'] === true;
  if (!isDryRun && (user !== undefined || doesExplain)) {
    const found = user === undefined ? '--explain' : `"${user}"`;
    throw new TshubError('bad_request', {
      problem: `cull: expected --dry-run with ${found}, since a round is about all servers; see 'tshubctl cull --help'`,
    });
  }
  const all = understand(decision.array(), await context.ask(culler1, timeoutMs, (culler) => culler.CullNow(isDryRun)));
  const decisions = all.filter((one) => user === undefined || one.user === user);
  const shown = isDryRun ? decisions : decisions.filter(({ cull }) => cull);
  return {
    json: { dry_run: isDryRun, decisions: decisions.map((one) => decisionView(one, doesExplain)) },
    text: (screen) => {
      if (decisions.length === 0)
        return user === undefined ? 'No server is active.' : `No server of ${user} is active.`;
      if (shown.length === 0) return 'No server has reached its limit; see: tshubctl cull --dry-run';
      return renderTable(
        shown,
        [
          { title: 'USER', cell: ({ user }) => user, canShrink: true },
          { title: 'SERVER', cell: whatOf, canShrink: true },
          {
            title: isDryRun ? 'WOULD STOP' : 'STOPPED',
            cell: whenOf,
            style: ({ cull }) => (cull ? 'yellow' : undefined),
          },
          { title: 'WHY', cell: ({ why }) => why, canShrink: true },
        ],
        screen,
        ({ explain }) => (doesExplain ? explain : []),
      );
    },
  };
}

/** Seconds until it would be stopped are null for never. */
function decisionView(one: Decision, doesExplain: boolean): Record<string, unknown> {
  const { kind, user, server, cull, why, seconds, explain } = one;
  return { kind, user, server, cull, why, seconds: seconds < 0 ? null : seconds, ...(doesExplain && { explain }) };
}

function whatOf({ kind, server }: Decision): string {
  if (kind === 'user') return '(the user)';
  return server === '' ? '(default)' : server;
}

function whenOf({ cull, seconds }: Decision): string {
  if (cull) return 'now';
  return seconds < 0 ? 'never' : `in ${span(seconds)}`;
}
