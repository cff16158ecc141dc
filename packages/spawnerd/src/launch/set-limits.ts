import { accountName, highestOf, type Settings, settingsFor } from '@tshub/config';
import { type LiveLimit, liveLimits, serverUnit, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { describeServer } from '../limits.ts';
import { quote, refused, type ServerName } from '../request.ts';
import type { Accounts } from '../permit.ts';
import type { Systemd1 } from '../systemd1.ts';
import { isRunning } from './status.ts';
import type { UnitProperty } from './unit-properties.ts';

export interface SetLimitsParts {
  readonly systemd1: Systemd1;
  readonly accounts: Accounts;
  readonly settings: () => Settings;
  readonly log: Log;
}

export type NewLimits = Readonly<Partial<Record<LiveLimit, bigint>>>;

/** Which property a limit is, how a value on the bus becomes one of it, and the highest that root allows; undefined: any. */
const rows: Readonly<
  Record<
    LiveLimit,
    {
      readonly property: string;
      readonly least: bigint;
      /** Of the property's unit for one of ours. */
      readonly factor: bigint;
      readonly most: (settings: Pick<Settings, 'spawner' | 'live_limits'>) => number | undefined;
    }
  >
> = {
  cpu_limit: {
    property: 'CPUQuotaPerSecUSec',
    // Below one hundredth of a CPU PID 1 would round to something else.
    least: 10n,
    factor: 1000n,
    most: ({ spawner, live_limits: live }) => higher(spawner.cpu_limit * 1000, live.cpu_limit * 1000),
  },
  cpu_weight: { property: 'CPUWeight', least: 1n, factor: 1n, most: (all) => weight(all, 'cpu_weight') },
  io_weight: { property: 'IOWeight', least: 1n, factor: 1n, most: (all) => weight(all, 'io_weight') },
  mem_high: {
    property: 'MemoryHigh',
    least: 1n << 20n,
    factor: 1n,
    most: ({ spawner, live_limits: live }) => higher(spawner.mem_limit, live.mem_limit),
  },
  mem_limit: {
    property: 'MemoryMax',
    least: 1n << 20n,
    factor: 1n,
    most: ({ spawner, live_limits: live }) => higher(spawner.mem_limit, live.mem_limit),
  },
  swap_limit: {
    property: 'MemorySwapMax',
    least: 0n,
    factor: 1n,
    most: ({ spawner, live_limits: live }) =>
      spawner.swap_limit === 'infinity' ? undefined : Math.max(spawner.swap_limit, live.swap_limit),
  },
  tasks_max: {
    property: 'TasksMax',
    least: 1n,
    factor: 1n,
    most: ({ spawner, live_limits: live }) => higher(spawner.tasks_max, live.tasks_max),
  },
};

/** What a property can hold. The largest value is systemd's "infinity". */
const largest = 2n ** 64n - 1n;

// A limit of 0 is none, and then there is nothing that a running server could not have had from the start.
function higher(own: number, live: number): number | undefined {
  return own === 0 ? undefined : Math.max(own, live);
}

function weight(
  { spawner, live_limits: live }: Pick<Settings, 'spawner' | 'live_limits'>,
  name: 'cpu_weight' | 'io_weight',
) {
  return Math.max(spawner[name] === 0 ? 100 : spawner[name], live.weight);
}

/** Limits as they came over the bus -> a closed list of names; throws spawn_refused. */
export function parseLimits(given: Readonly<Record<string, bigint>>): NewLimits {
  const names = Object.keys(given);
  if (names.length === 0) throw refused('there is no limit to set');
  const unknown = names.find((name) => !Object.hasOwn(liveLimits, name));
  if (unknown !== undefined) throw refused(`${quote(unknown)} is no limit that can change while a server runs`);
  return given;
}

/** Changes limits of a running server; the unit takes them with it when it ends. Throws not_running, or spawn_refused beyond root's bounds. */
export async function setLimits(parts: SetLimitsParts, name: ServerName, limits: NewLimits): Promise<void> {
  const unit = serverUnit(name.user, name.server);
  const { systemd1, log } = parts;
  const facts = await systemd1.unitFacts(unit);
  if (!facts || !isRunning(facts)) throw new TshubError('not_running', { server: describeServer(name) });
  const properties = limitProperties(limits, await boundsFor(parts, name.user, facts.profile));
  await systemd1.setUnitProperties(unit, properties);
  const told = properties.map(([property, , value]) => `${property}=${String(value)}`).join(' ');
  log.info({ ...name, unit, event: 'limits-changed' }, `Limits of ${unit} are now ${told}, until it ends`);
}

/** Root's settings for this person, their groups, and the profile that the unit was started with: its own property says which, not the hub. */
async function boundsFor(
  { accounts, settings }: SetLimitsParts,
  user: string,
  profile: string,
): Promise<Pick<Settings, 'spawner' | 'live_limits'>> {
  const { spawner, live_limits, profiles } = settings();
  const account = await accounts.userByName(accountName(spawner, user));
  const who = { user, groups: account?.groups.map((group) => group.name) ?? [] };
  return { spawner: settingsFor(spawner, who, { overrides: highestOf(profiles, who, profile) }), live_limits };
}

export function limitProperties(
  limits: NewLimits,
  settings: Pick<Settings, 'spawner' | 'live_limits'>,
): UnitProperty[] {
  return (Object.entries(limits) as [LiveLimit, bigint][]).map(([name, value]) => {
    const { property, least, factor, most } = rows[name];
    const bound = most(settings);
    if (value < least) throw refused(`${name}: expected at least ${least}, found ${value}`);
    if (bound !== undefined && value > BigInt(Math.round(bound)))
      throw refused(
        `${name}: ${value} is above ${Math.round(bound)}, the most that this host allows; see [live_limits] in tshub.toml(5)`,
      );
    if (value * factor > largest) throw refused(`${name}: expected at most ${largest / factor}, found ${value}`);
    return [property, 't', value * factor];
  });
}
