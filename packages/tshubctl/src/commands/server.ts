import { hub1, receivedError, serverEntry, serverUnit, TshubError, type ServerEntry } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { paint, type Style } from '../output/style.ts';
import { renderFields, renderTable, type Column } from '../output/table.ts';
import { ago, bytes, isoTime, span } from '../output/units.ts';
import { endsField, endsShort, endsView } from './server-ends.ts';
import { tellProgress } from './progress.ts';
import { understand } from './answer.ts';

const readTimeoutMs = 30_000;
/** A start takes what [spawner] start_timeout and http_timeout allow; a stop what stop_timeout does. */
const changeTimeoutMs = 600_000;

/** The user and server that a verb is about: whoever types it, and the default server, unless said otherwise. Root must say it. */
export function target(context: Context, { args }: Input, verb: string): { user: string; server: string } {
  const [user = context.user, server = ''] = args;
  if (args[0] === undefined && user === 'root') {
    const command = `server ${verb}`;
    const problem = `${command}: expected a user, since root has no server; see 'tshubctl ${command} USER'`;
    throw new TshubError('bad_request', { problem });
  }
  return { user, server };
}

/** The stable shape of one server under --json; absent facts are absent. */
export function serverView(entry: ServerEntry): Record<string, unknown> {
  return {
    user: entry.user,
    server: entry.server,
    unit: entry.unit,
    ready: entry.ready,
    pending: entry.pending === '' ? null : entry.pending,
    started: isoTime(entry.started),
    last_activity: isoTime(entry.lastActivity),
    profile: entry.profile,
    url: entry.url,
    ends: endsView(entry),
    ...(entry.active !== undefined && { active: entry.active }),
    ...(entry.sub !== undefined && { sub: entry.sub }),
    ...(entry.uid !== undefined && { uid: entry.uid }),
    ...(entry.reason !== undefined && { reason: entry.reason }),
    ...(entry.detail !== undefined && { detail: entry.detail }),
    ...(entry.memoryCurrent !== undefined && { memory_current: entry.memoryCurrent }),
    ...(entry.memoryPeak !== undefined && { memory_peak: entry.memoryPeak }),
    ...(entry.memoryMax !== undefined && { memory_max: entry.memoryMax }),
    ...(entry.cpuNanoseconds !== undefined && { cpu_nanoseconds: entry.cpuNanoseconds }),
    ...(entry.tasks !== undefined && { tasks: entry.tasks }),
    ...(entry.killedFor !== undefined && {
      last_kill: { at: isoTime(entry.killedAt ?? 0n), reason: entry.killedFor },
    }),
  };
}

function stateOf(entry: ServerEntry): string {
  if (entry.pending !== '')
    return { spawn: 'starting', stop: 'stopping', check: 'checking' }[entry.pending] ?? entry.pending;
  return entry.ready ? 'ready' : 'stopped';
}

function styleOfState(entry: ServerEntry): Style {
  if (entry.pending !== '') return 'yellow';
  return entry.ready ? 'green' : 'dim';
}

function columnsAt(now: number): Column<ServerEntry>[] {
  return [
    { title: 'USER', cell: ({ user }) => user, canShrink: true },
    { title: 'SERVER', cell: ({ server }) => (server === '' ? '(default)' : server), canShrink: true },
    { title: 'STATE', cell: stateOf, style: styleOfState },
    { title: 'STARTED', cell: ({ started }) => ago(started, now) },
    { title: 'ACTIVITY', cell: ({ lastActivity }) => ago(lastActivity, now) },
    {
      title: 'ENDS',
      cell: (entry) => endsShort(entry, now),
      style: ({ warned }) => (warned === true ? 'yellow' : undefined),
    },
    { title: 'UNIT', cell: ({ unit }) => unit, canShrink: true },
  ];
}

export async function listServers(context: Context, { args }: Input): Promise<Outcome> {
  const [user] = args;
  const all = understand(serverEntry.array(), await context.ask(hub1, readTimeoutMs, (hub) => hub.ListServers()));
  const servers = all.filter((entry) => user === undefined || entry.user === user);
  return {
    json: { servers: servers.map(serverView) },
    text: (screen) => {
      if (servers.length === 0)
        return user === undefined
          ? 'No server that you may see is active.'
          : `No server of ${user} that you may see is active.`;
      return renderTable(servers, columnsAt(screen.now), screen);
    },
  };
}

export async function showServer(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'show');
  const entry = understand(serverEntry, await context.ask(hub1, readTimeoutMs, (hub) => hub.GetServer(user, server)));
  return { json: { server: serverView(entry) }, text: (screen) => serverFields(entry, screen) };
}

/** Everything about one server, a line each. */
export function serverFields(entry: ServerEntry, screen: Parameters<Outcome['text']>[0]): string {
  const amount = (value: bigint | undefined) => (value === undefined ? '' : bytes(value));
  const limit = amount(entry.memoryMax);
  return renderFields(
    [
      ['User', entry.user],
      ['Server', entry.server === '' ? '(default)' : entry.server],
      ['State', stateOf(entry)],
      ['Reason', entry.reason ?? ''],
      ['In detail', entry.detail ?? ''],
      [
        'Killed in it',
        entry.killedFor === undefined ? '' : `a program, ${ago(entry.killedAt ?? 0n, screen.now)}: ${entry.killedFor}`,
      ],
      ['Unit', entry.unit],
      ['Unit state', entry.active === undefined ? '' : `${entry.active} (${entry.sub ?? ''})`],
      ['Runs as', entry.uid === undefined ? '' : `uid ${entry.uid}`],
      ['Profile', entry.profile],
      ['Started', entry.started === 0n ? '' : ago(entry.started, screen.now)],
      ['Activity', ago(entry.lastActivity, screen.now)],
      ['Ends', endsField(entry, screen.now)],
      [
        'Memory',
        entry.memoryCurrent === undefined ? '' : `${amount(entry.memoryCurrent)}${limit === '' ? '' : ` of ${limit}`}`,
      ],
      ['Memory peak', amount(entry.memoryPeak)],
      ['CPU', entry.cpuNanoseconds === undefined ? '' : span(Number(entry.cpuNanoseconds) / 1e9)],
      ['Tasks', entry.tasks === undefined ? '' : String(entry.tasks)],
      ['URL', entry.url],
    ],
    screen,
  );
}

export async function startServer(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'start');
  const { profile } = input.options;
  const options = {
    ...parsePairs((input.options['option'] ?? []) as readonly string[]),
    ...(typeof profile === 'string' && { profile }),
  };
  const start = context.ask(hub1, changeTimeoutMs, (hub) => hub.StartServer(user, server, options));
  const answer = await tellProgress(context, user, server, start).catch((error: unknown) => {
    throw withWayToLog(error, user, server);
  });
  const entry = understand(serverEntry, answer);
  return {
    json: { server: serverView(entry) },
    text: ({ isColoured }) => `${nameOf(user, server)} is ${paint('ready', 'green', isColoured)}: ${entry.url}`,
  };
}

/** Stops a server if it runs, and starts it with the options that it had. */
export async function restartServer(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'restart');
  const reason = `restarted by ${context.user}`;
  try {
    await context.ask(hub1, changeTimeoutMs, (hub) => hub.StopServer(user, server, reason));
  } catch (error) {
    if (!(error instanceof TshubError) || error.code !== 'not_running') throw error;
  }
  return startServer(context, input);
}

/** A start that failed says why in a sentence; what the server wrote before it ended says more. */
export function withWayToLog(error: unknown, user: string, server: string): unknown {
  if (!(error instanceof TshubError) || error.code !== 'spawn_failed') return error;
  const command = ['tshubctl server logs', user, ...(server === '' ? [] : [server])].join(' ');
  return receivedError('spawn_failed', `${error.message}; see: ${command}`, { cause: error });
}

export async function stopServer(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'stop');
  const given = input.options['reason'];
  const reason = typeof given === 'string' ? given : `stopped by ${context.user}`;
  await context.ask(hub1, changeTimeoutMs, (hub) => hub.StopServer(user, server, reason));
  return { json: { stopped: { user, server, reason } }, text: () => `${nameOf(user, server)} has stopped` };
}

export async function showLogs(context: Context, input: Input): Promise<Outcome> {
  const { user, server } = target(context, input, 'logs');
  const { lines, follow } = input.options;
  if (typeof lines === 'string' && !/^(\d+|all)$/.test(lines)) {
    throw new TshubError('bad_request', { problem: `--lines: expected a number or "all", found "${lines}"` });
  }
  const args = [
    `--unit=${serverUnit(user, server)}`,
    ...(typeof lines === 'string' ? [`--lines=${lines}`] : []),
    ...(follow === true ? ['--follow'] : []),
    ...(input.isJson ? ['--output=json'] : []),
  ];
  return { text: () => '', exit: await context.show('journalctl', args) };
}

/** `name=value`, any number of them. */
function parsePairs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new TshubError('bad_request', { problem: `--option: expected NAME=VALUE, found "${pair}"` });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

export function nameOf(user: string, server: string): string {
  return server === '' ? `the server of ${user}` : `the server "${server}" of ${user}`;
}
