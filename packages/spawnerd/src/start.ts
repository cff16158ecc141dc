import type { Settings } from '@tshub/config';
import { serverUnit, TshubError, type UnitStatus } from '@tshub/contract';
import type { Account } from '@tshub/native';
import { checkEnvironment, type Variables } from './launch/environment.ts';
import { launch, type LaunchParts } from './launch/launch.ts';
import { type RunAs, runAsAccount, runAsDynamic } from './launch/run-as.ts';
import { isRunning } from './launch/status.ts';
import type { StartLimits } from './limits.ts';
import { objection } from './policy.ts';
import { parseServerName, quote, refused, type ServerName } from './request.ts';
import type { Systemd1 } from './systemd1.ts';

/** The host's accounts, as the name service has them. */
export interface Accounts {
  readonly userByName: (name: string) => Promise<Account | null>;
  readonly userByUid: (uid: number) => Promise<Account | null>;
}

export interface StartParts extends LaunchParts {
  readonly accounts: Accounts;
  readonly limits: StartLimits;
  /** The settings as they are now. */
  readonly settings: () => Settings;
}

export interface StartRequest {
  readonly name: ServerName;
  readonly given: Variables;
}

/** A Start as it came over the bus -> what it asks for; throws spawn_refused for anything that a Start may not carry. */
export function parseStart(
  user: string,
  server: string,
  profile: string,
  options: Variables,
  environment: Variables,
): StartRequest {
  const name = parseServerName(user, server);
  // Profiles are root's to define, and none can be yet: a name or an option is something that nobody allowed.
  if (profile !== '') throw refused(`there is no profile ${quote(profile)}`);
  const [option] = Object.keys(options);
  if (option !== undefined) throw refused(`there is no option ${quote(option)}`);
  return { name, given: checkEnvironment(environment, name) };
}

/** Starts a permitted user's server. Throws spawn_refused, too_many_requests, pending, already_running or spawn_failed. */
export async function start(parts: StartParts, { name, given }: StartRequest): Promise<UnitStatus> {
  const settings = parts.settings().spawner;
  const unit = serverUnit(name.user, name.server);
  const runAs = await permit(parts.accounts, name.user, settings);
  return parts.limits.alone(name, unit, async () => {
    parts.limits.countStart(name.user);
    await requireRoom(parts, unit, settings.max_servers);
    const status = await launch(parts, { name, runAs, given, settings });
    parts.log.info({ ...name, unit }, `Started ${unit} as ${runAs.login} (uid ${status.uid})`);
    return status;
  });
}

/** Who the server of this user runs as; throws spawn_refused when the policy has an objection. */
async function permit(accounts: Accounts, user: string, settings: Settings['spawner']): Promise<RunAs> {
  const account = await accounts.userByName(user);
  const back = account && (await accounts.userByUid(account.uid));
  const problem = objection({ user, account, back }, settings);
  if (problem !== null) throw refused(problem);
  // Without dynamic users the policy objects to a missing account.
  return settings.dynamic_users || !account ? runAsDynamic(user, settings) : runAsAccount(account, settings);
}

async function requireRoom(
  { systemd1, limits }: { systemd1: Systemd1; limits: StartLimits },
  unit: string,
  most: number,
): Promise<void> {
  const loaded = await systemd1.listServerUnits();
  const others = new Set([...loaded, ...limits.underWay()]);
  others.delete(unit);
  if (others.size < most) return;
  // Only now is it worth asking which of them still run.
  const running = await Promise.all(
    [...others].map(async (other) => {
      const facts = await systemd1.unitFacts(other);
      return limits.underWay().has(other) || (facts !== null && isRunning(facts));
    }),
  );
  if (running.filter(Boolean).length < most) return;
  throw new TshubError('server_limit', { problem: `${most} servers are running, which is max_servers of this host` });
}
