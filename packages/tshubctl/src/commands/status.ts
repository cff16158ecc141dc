import { getProperties, systemd1Manager, type Bus } from '@tshub/bus';
import { loadSettings } from '@tshub/config';
import {
  culler1,
  cullerStatus,
  hub1,
  hubStatus,
  proxy1,
  proxyStatus,
  units,
  type CullerStatus,
  type HubStatus,
  type ProxyStatus,
} from '@tshub/contract';
import type { Context, Outcome, Screen } from '../command.ts';
import { exitCodes } from '../exit.ts';
import { paint, printable, type Style } from '../output/style.ts';
import { renderFields, renderTable } from '../output/table.ts';
import { ago, isoTime, span } from '../output/units.ts';
import { holderOfPort, portOf } from './port.ts';
import { understand } from './answer.ts';

const timeoutMs = 5_000;
const shownUnits = [units.hub, units.proxy, units.culler, units.spawner] as const;

export interface UnitState {
  readonly unit: string;
  /** loaded, not-found, masked, … */
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** Why it ended, in systemd's word; `success` if well. */
  readonly result: string;
  /** Milliseconds since 1970 of its last change. */
  readonly since: bigint;
}

export interface StatusFacts {
  readonly units: readonly UnitState[];
  readonly socket: UnitState;
  readonly url: string;
  readonly hub: HubStatus | null;
  readonly proxy: ProxyStatus | null;
  readonly culler: CullerStatus | null;
  /** One sentence each: what is wrong, and what to do. */
  readonly problems: readonly string[];
}

/** The state of the units and of the daemons behind them. Readable for everybody. */
export async function showStatus(context: Context): Promise<Outcome> {
  const bus = await context.bus();
  const [states, socket, listen] = await Promise.all([
    Promise.all(shownUnits.map((unit) => unitState(bus, unit))),
    unitState(bus, units.proxySocket),
    listenAddress(bus),
  ]);
  const [hub, proxy, culler] = await Promise.all([
    orNull(async () => understand(hubStatus, await bus.calls(hub1, { timeoutMs }).GetStatus())),
    orNull(async () => understand(proxyStatus, await bus.calls(proxy1, { timeoutMs }).GetStatus())),
    orNull(async () => understand(cullerStatus, await bus.calls(culler1, { timeoutMs }).GetStatus())),
  ]);
  const holder = socket.active === 'failed' ? await holderOfPort(context, portOf(listen)) : null;
  const url = urlOf(context, listen, proxy?.tls === true);
  const facts = { units: states, socket, url, hub, proxy, culler };
  const all = { ...facts, problems: problemsOf(facts, portOf(listen), holder) };
  const isWell = hub !== null && proxy !== null;
  return {
    json: statusView(all),
    text: (screen) => renderStatus(all, screen),
    exit: isWell ? exitCodes.ok : exitCodes.daemonAway,
  };
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  return work().catch(() => null);
}

export async function unitState(bus: Bus, unit: string): Promise<UnitState> {
  const path = await bus.calls(systemd1Manager, { timeoutMs }).LoadUnit(unit);
  const isSocket = unit.endsWith('.socket');
  const [general, own] = await Promise.all([
    getProperties(bus, systemd1Manager.busName, path, 'org.freedesktop.systemd1.Unit'),
    getProperties(bus, systemd1Manager.busName, path, `org.freedesktop.systemd1.${isSocket ? 'Socket' : 'Service'}`),
  ]);
  return {
    unit,
    load: String(general['LoadState']),
    active: String(general['ActiveState']),
    sub: String(general['SubState']),
    result: String(own['Result']),
    // Microseconds.
    since: (general['StateChangeTimestamp'] as bigint) / 1000n,
  };
}

/** The first address of the public socket, such as `[::]:8000`; '' if it cannot be read. */
async function listenAddress(bus: Bus): Promise<string> {
  const path = await bus.calls(systemd1Manager, { timeoutMs }).LoadUnit(units.proxySocket);
  const { Listen: listen } = await getProperties(bus, systemd1Manager.busName, path, 'org.freedesktop.systemd1.Socket');
  return (listen as [string, string][])[0]?.[1] ?? '';
}

function urlOf(context: Context, listen: string, isTls: boolean): string {
  const configured = readPublicUrl();
  if (configured !== '') return configured;
  const port = portOf(listen);
  if (port === null) return '';
  const scheme = isTls ? 'https' : 'http';
  const authority = port === (isTls ? 443 : 80) ? context.hostname : `${context.hostname}:${port}`;
  return `${scheme}://${authority}/`;
}

/** A broken settings file is `config check`'s business, not a reason to show no status. */
function readPublicUrl(): string {
  try {
    return loadSettings().hub.public_url;
  } catch {
    return '';
  }
}

/** What an administrator should do something about. */
export function problemsOf(facts: Omit<StatusFacts, 'problems'>, port: number | null, holder: string | null): string[] {
  const problems = facts.units.flatMap((state) => {
    if (state.load === 'not-found') return [`${state.unit} is not installed`];
    if (state.active === 'failed')
      return [`${state.unit} has failed (${state.result}): journalctl -u ${state.unit} -n 20`];
    const isNeeded = state.unit !== units.spawner;
    return isNeeded && state.active === 'inactive'
      ? [`${state.unit} is not running: systemctl start ${nameOf(state.unit)}`]
      : [];
  });
  if (facts.socket.active === 'failed') {
    const where = port === null ? 'its port' : `port ${port}`;
    const who = holder === null ? 'another program may have it (as root: ss -ltnp)' : `${holder} has it`;
    problems.push(
      `${facts.socket.unit} has failed: it could not listen on ${where}; ${who}. Then: systemctl restart ${facts.socket.unit}`,
    );
  }
  if (facts.culler !== null && facts.culler.problem !== '')
    problems.push(`the culler has trouble: ${facts.culler.problem}`);
  return problems;
}

function nameOf(unit: string): string {
  return unit.replace(/\.service$/, '');
}

function statusView({
  units: states,
  socket,
  url,
  hub,
  proxy,
  culler,
  problems,
}: StatusFacts): Record<string, unknown> {
  const unitView = ({ unit, load, active, sub, result, since }: UnitState) => ({
    unit,
    load,
    active,
    sub,
    result,
    since: isoTime(since),
  });
  return {
    url,
    units: [...states, socket].map(unitView),
    hub: hub && {
      version: hub.version,
      jupyterhub_version: hub.advertised,
      started: isoTime(hub.started),
      users: hub.users,
      active_servers: hub.activeServers,
      pending_servers: hub.pendingServers,
      authenticator: hub.authenticator,
    },
    proxy: proxy && {
      version: proxy.version,
      connections: proxy.connections,
      websockets: proxy.websockets,
      requests: proxy.requests,
      routes: proxy.routes,
      certificate: proxy.tls
        ? {
            names: proxy.certificateNames,
            expires: isoTime(proxy.certificateExpires),
            sha256: proxy.fingerprint,
          }
        : null,
    },
    culler: culler && {
      version: culler.version,
      enabled: culler.enabled,
      timeout: culler.timeout,
      every: culler.every,
      last_round: isoTime(culler.lastRound),
      culled: culler.culled,
      problem: culler.problem === '' ? null : culler.problem,
    },
    problems,
  };
}

export function renderStatus(
  { units: states, url, hub, proxy, culler, problems }: StatusFacts,
  screen: Screen,
): string {
  const table = renderTable(
    states,
    [
      { title: 'UNIT', cell: ({ unit }) => unit },
      { title: 'STATE', cell: stateOf, style: styleOf },
      { title: 'SINCE', cell: ({ since }) => (since === 0n ? '' : ago(since, screen.now)) },
    ],
    screen,
  );
  const servers =
    hub &&
    `${count(hub.activeServers, 'server')} active${hub.pendingServers === 0 ? '' : `, ${hub.pendingServers} pending`}`;
  const fields = renderFields(
    [
      ['URL', url],
      ['Hub', hub === null ? 'does not answer' : `tshub ${hub.version}, ${count(hub.users, 'user')}, ${servers}`],
      ['Login', hub?.authenticator ?? ''],
      [
        'Proxy',
        proxy === null
          ? 'does not answer'
          : `${count(proxy.routes, 'route')}, ${count(proxy.connections, 'connection')}, ${count(proxy.websockets, 'websocket')}`,
      ],
      ['TLS', tlsText(proxy)],
      ['Culler', cullerText(culler, screen.now)],
    ],
    screen,
  );
  const trouble = problems.map((problem) => paint(printable(problem), 'red', screen.isColoured));
  return [table, '', fields, ...(trouble.length === 0 ? [] : ['', ...trouble])].join('\n');
}

/** What to compare with what the browser shows of the certificate. */
function tlsText(proxy: ProxyStatus | null): string {
  if (proxy?.tls !== true) return '';
  const day = new Date(Number(proxy.certificateExpires)).toISOString().slice(0, 10);
  return `${proxy.certificateNames[0] ?? 'a certificate'} until ${day}, SHA-256 ${proxy.fingerprint}`;
}

function cullerText(culler: CullerStatus | null, now: number): string {
  if (culler === null) return 'does not answer';
  if (!culler.enabled) return 'switched off';
  const last = culler.lastRound === 0n ? 'no round yet' : `last round ${ago(culler.lastRound, now)}`;
  return `stops servers idle for ${span(culler.timeout)}; ${last}, ${count(culler.culled, 'server')} stopped`;
}

function stateOf({ unit, load, active, sub }: UnitState): string {
  if (load === 'not-found') return 'not installed';
  if (load === 'masked') return 'masked';
  if (unit === units.spawner && active === 'inactive') return 'idle (starts on demand)';
  return `${active} (${sub})`;
}

function styleOf({ unit, active }: UnitState): Style {
  if (active === 'active') return 'green';
  return unit === units.spawner && active === 'inactive' ? 'dim' : 'red';
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
