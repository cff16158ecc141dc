import { existsSync } from 'node:fs';
import type { Calls } from '@tshub/bus';
import { differing, type Differing, loadWithOrigin, notDefault, type NotDefault, readOrNull } from '@tshub/config';
import { culler1, hub1, proxy1, TshubError, units } from '@tshub/contract';
import type { Context, Input, Outcome, Screen } from '../command.ts';
import { describeFailure, exitCodes } from '../exit.ts';
import { paint } from '../output/style.ts';
import { renderTable } from '../output/table.ts';

const timeoutMs = 10_000;

type Answer = Awaited<ReturnType<Calls<typeof hub1>['GetSettings']>>;

/** Who goes by which sections. spawnerd is not here: it reads the files at each start. */
const users: ReadonlyArray<{ unit: string; sections: readonly string[]; ask: (context: Context) => Promise<Answer> }> =
  [
    {
      unit: units.hub,
      sections:
        'culler custom_scopes groups hub live_limits logging login oidc pages profiles roles services spawner tokens'.split(
          ' ',
        ),
      ask: (context) => context.ask(hub1, timeoutMs, (hub) => hub.GetSettings()),
    },
    {
      unit: units.proxy,
      sections: ['logging', 'proxy', 'proxy_api', 'proxy_routes', 'proxy_tls'],
      ask: (context) => context.ask(proxy1, timeoutMs, (proxy) => proxy.GetSettings()),
    },
    {
      unit: units.culler,
      sections: ['culler', 'logging'],
      ask: (context) => context.ask(culler1, timeoutMs, (culler) => culler.GetSettings()),
    },
  ];

interface Pending extends Differing {
  readonly unit: string;
  readonly apply: string;
}

/** What the files say that is not the default, and what of them a running daemon does not go by yet. */
export async function diffConfig(context: Context, { args: [file] }: Input): Promise<Outcome> {
  if (file !== undefined && !existsSync(file)) throw new TshubError('not_found', { what: file });
  const { settings, origin } = loadWithOrigin(file === undefined ? {} : { file, dropins: `${file}.d` });
  const set = notDefault(settings, origin);
  // What the daemons compare their secrets with.
  const files = file === undefined ? settings : readOrNull();
  const pending: Pending[] = [];
  const away: string[] = [];
  // One after another: each may have to ask for a password.
  for (const { unit, sections, ask } of users) {
    const answer = await ask(context).catch((error: unknown) => {
      if (!(error instanceof TshubError) || error.code !== 'daemon_away') throw error;
      away.push(describeFailure(error).message);
    });
    if (answer === undefined) continue;
    const [inUse, waiting] = answer;
    for (const one of differing(settings, JSON.parse(inUse), sections, files))
      pending.push({ ...one, unit, apply: applyWith(unit, isIn(one.key, waiting)) });
  }
  return {
    json: {
      not_default: set.map((one) => ({ ...one, value: parsed(one.value), default: parsed(one.default) })),
      not_in_use: pending.map(({ key, unit, files, inUse, apply }) => ({
        key,
        unit,
        files: parsed(files),
        in_use: parsed(inUse),
        apply,
      })),
      away,
    },
    text: (screen) => [setText(set, screen), pendingText(pending, screen, away), ...away].join('\n\n'),
    exit: away.length === 0 ? exitCodes.ok : exitCodes.daemonAway,
  };
}

function isIn(key: string, waiting: readonly string[]): boolean {
  return waiting.some((one) => key === one || key.startsWith(`${one}.`));
}

function applyWith(unit: string, needsRestart: boolean): string {
  return `systemctl ${needsRestart ? 'restart' : 'reload'} ${unit.replace(/\.service$/, '')}`;
}

/** A value of the settings; null for none, and what is hidden is a text. */
function parsed(value: string): unknown {
  if (value === '') return null;
  return value === '(hidden)' ? value : (JSON.parse(value) as unknown);
}

function setText(set: readonly NotDefault[], screen: Screen): string {
  if (set.length === 0) return 'Every setting has its default.';
  return `Not the default:\n${renderTable(
    set,
    [
      { title: 'KEY', cell: ({ key }) => key },
      { title: 'VALUE', cell: ({ value }) => value, canShrink: true },
      { title: 'DEFAULT', cell: (one) => (one.default === '' ? '-' : one.default), canShrink: true },
      { title: 'FILE', cell: ({ file }) => file, canShrink: true },
    ],
    screen,
  )}`;
}

function pendingText(pending: readonly Pending[], screen: Screen, away: readonly string[]): string {
  if (pending.length === 0)
    return away.length === users.length ? 'No daemon runs.' : 'What runs goes by what the files say.';
  const table = renderTable(
    pending,
    [
      { title: 'KEY', cell: ({ key }) => key },
      { title: 'FILES', cell: ({ files }) => (files === '' ? '-' : files), canShrink: true },
      { title: 'IN USE', cell: ({ inUse }) => (inUse === '' ? '-' : inUse), canShrink: true },
      { title: 'TO APPLY', cell: ({ apply }) => apply, canShrink: true },
    ],
    screen,
  );
  return `${paint('Not in use yet:', 'yellow', screen.isColoured)}\n${table}`;
}
