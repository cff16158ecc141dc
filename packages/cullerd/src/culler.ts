import type { Calls } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import { version, type CullerStatus, type Decision, type hub1, serverEntry } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { deleteUser, stopServer, tell } from './act.ts';
import { noEnd } from './announce.ts';
import type { Clock } from './clock.ts';
import type { CpuWatch } from './cpu.ts';
import type { Verdict } from './decide.ts';
import { mapAtMost } from './each.ts';
import { listUsers, lookAtServers, parse } from './look.ts';
import { idlest } from './memory-pressure.ts';
import { isOn, secondsBetweenRounds, secondsUntilDue } from './schedule.ts';
import { decideUser } from './users.ts';

export type HubCalls = Pick<
  Calls<typeof hub1>,
  'AnnounceEnds' | 'ListServers' | 'ListUsers' | 'RemoveServer' | 'RemoveUser' | 'StopServer'
>;

export interface CullerParts {
  readonly hub: HubCalls;
  readonly settings: () => Pick<Settings, 'culler' | 'login'>;
  readonly clock: Clock;
  readonly cpu: Pick<CpuWatch, 'look'>;
  /** Percent of time that servers wait for memory; null where nobody counts. */
  readonly pressure: () => Promise<number | null>;
  readonly log: Log;
}

export interface Culler {
  /** One look at all servers: stops those whose time has come, or with `isDryRun` only tells. Waits for a round that is under way. */
  round(isDryRun: boolean): Promise<Decision[]>;
  /** A round by itself: what fails is kept as the problem, and the next round tries again. */
  tick(): Promise<void>;
  status(): CullerStatus;
  /** Seconds until the next server ends or is to be warned of, as the last round saw it; Infinity for none. */
  due(): number;
}

export function makeCuller(parts: CullerParts): Culler {
  const { hub, clock, log } = parts;
  const act = { hub, now: clock.now, log };
  const settings = (): Settings['culler'] => parts.settings().culler;
  let last: Promise<unknown> = Promise.resolve();
  let lastRound = 0;
  let culled = 0;
  let problem = '';
  let hasTold = false;
  let dueAt = Infinity;
  let usersAt = 0;

  /** Nobody is to wait for an end that does not come. */
  const takeBack = async (): Promise<void> => {
    dueAt = Infinity;
    if (!hasTold) return;
    const shown = parse(serverEntry, await hub.ListServers()).filter(({ endsAt }) => endsAt !== undefined);
    if (shown.length > 0) await hub.AnnounceEnds(shown.map(({ user, server }) => noEnd(user, server)));
    hasTold = false;
  };

  const hasDoomedUsers = (): boolean => {
    const { culler, login } = parts.settings();
    return culler.cull_users || (culler.cull_guests && login.authenticator === 'guest');
  };

  /** Under pressure the idlest goes at once, one at a time: it shows soon whether that was enough. */
  const relieve = async (verdicts: readonly Verdict[]): Promise<Verdict[]> => {
    const { memory_pressure, memory_pressure_idle } = settings();
    const pressure = memory_pressure === 0 ? null : await parts.pressure();
    if (pressure === null || pressure < memory_pressure) return [...verdicts];
    const first = idlest(verdicts, memory_pressure_idle);
    const why = `memory is short (${pressure} % of the time servers wait for it), and it was used least: ${first?.why ?? ''}`;
    return verdicts.map((verdict) => (verdict === first ? { ...verdict, cull: true, why, seconds: 0 } : verdict));
  };

  const round = async (limits: Settings['culler'], isDryRun: boolean, withUsers: boolean): Promise<Decision[]> => {
    const failures: unknown[] = [];
    const look = await lookAtServers({ hub, clock, cpu: parts.cpu }, limits);
    const verdicts = await relieve(look.verdicts);
    const each = (decisions: readonly Decision[], work: (decision: Decision) => Promise<Decision>) =>
      mapAtMost(limits.concurrency === 0 ? Infinity : limits.concurrency, decisions, async (decision) => {
        if (!decision.cull || isDryRun) return decision;
        try {
          const outcome = await work(decision);
          if (outcome.cull) culled += 1;
          return outcome;
        } catch (error) {
          failures.push(error);
          return { ...decision, cull: false, why: `could not be stopped: ${sentenceOf(error)}` };
        }
      });
    if (!isDryRun) {
      await tell(act, look.servers, verdicts).then(
        (isNews) => (hasTold ||= isNews),
        (error: unknown) => failures.push(error),
      );
    }
    const outcomes = await each(verdicts.map(decisionOf), (one) => stopServer(act, one, limits.remove_named_servers));
    // After the stops: whoever has no server any more may be deleted in the same round.
    const users = withUsers && hasDoomedUsers() ? await listUsers({ hub }, limits.api_page_size) : [];
    const doomed = users.map((user) => decideUser(user, limits, clock));
    outcomes.push(...(await each(doomed, (one) => deleteUser(act, one))));
    if (isDryRun) return outcomes;
    dueAt = clock.now() + secondsUntilDue(verdicts) * 1000;
    lastRound = clock.now();
    if (failures.length > 0) throw new RoundFailure(outcomes, failures);
    return outcomes;
  };

  /** Servers are looked at whenever something is due; users, who are many, only as often as the settings say. */
  const regular = async (): Promise<void> => {
    const withUsers = clock.since(usersAt) >= secondsBetweenRounds(settings());
    if (withUsers) usersAt = clock.now();
    await round(settings(), false, withUsers);
  };

  // One after the other: two rounds at once would stop the same servers twice.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const remember = (sentence: string, error?: unknown) => {
    if (sentence !== '' && sentence !== problem) log.warn({ error }, `${sentence}; trying again in the next round`);
    if (sentence === '' && problem !== '') log.info('the rounds work again');
    problem = sentence;
  };

  return {
    async round(isDryRun) {
      try {
        // Asked for by a person, whether the culler runs by itself or not.
        const limits = isOn(settings()) ? settings() : { ...settings(), enabled: true };
        return await inTurn(() => round(limits, isDryRun, true));
      } catch (error) {
        if (error instanceof RoundFailure) return error.outcomes;
        throw error;
      }
    },
    async tick() {
      try {
        await inTurn(() => (isOn(settings()) ? regular() : takeBack()));
        remember('');
      } catch (error) {
        const cause = error instanceof RoundFailure ? error.failures[0] : error;
        remember(sentenceOf(cause), cause);
      }
    },
    status() {
      const { enabled, timeout } = settings();
      const every = secondsBetweenRounds(settings());
      return { version, enabled, timeout, every, lastRound: BigInt(lastRound), culled, problem };
    },
    due: () => Math.max(0, (dueAt - clock.now()) / 1000),
  };
}

/** Some servers could not be stopped; the others were looked after. */
class RoundFailure extends Error {
  readonly outcomes: Decision[];
  readonly failures: readonly unknown[];

  constructor(outcomes: Decision[], failures: readonly unknown[]) {
    super(`${failures.length} servers could not be stopped`);
    this.outcomes = outcomes;
    this.failures = failures;
  }
}

function decisionOf({ kind, user, server, cull, why, seconds, explain }: Verdict): Decision {
  return { kind, user, server, cull, why, seconds, explain };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
