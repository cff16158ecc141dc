import type { Calls } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import {
  serverEntry,
  TshubError,
  version,
  type CullerStatus,
  type Decision,
  type hub1,
  type ServerEntry,
  type WireDict,
} from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { decide } from './decide.ts';
import { mapAtMost } from './each.ts';

export type HubCalls = Pick<Calls<typeof hub1>, 'ListServers' | 'StopServer'>;

export interface CullerParts {
  readonly hub: HubCalls;
  readonly settings: () => Settings['culler'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Culler {
  /** One look at all servers: stops those whose time has come, or with `isDryRun` only tells. Waits for a round that is under way. */
  round(isDryRun: boolean): Promise<Decision[]>;
  /** A round by itself: what fails is kept as the problem, and the next round tries again. */
  tick(): Promise<void>;
  status(): CullerStatus;
}

export function makeCuller({ hub, settings, now, log }: CullerParts): Culler {
  let last: Promise<unknown> = Promise.resolve();
  let lastRound = 0;
  let culled = 0;
  let problem = '';

  const stop = async (decision: Decision): Promise<Decision> => {
    const { user, server, why } = decision;
    try {
      await hub.StopServer(user, server, why);
      culled += 1;
      log.info(
        { event: 'server-culled', user, server, reason: why },
        `stopped ${server === '' ? 'the server' : `the server "${server}"`} of ${user}: ${why}`,
      );
      return decision;
    } catch (error) {
      const isGone = error instanceof TshubError && (error.code === 'not_running' || error.code === 'not_found');
      if (isGone) return { ...decision, cull: false, why: 'ended by itself', seconds: -1 };
      if (error instanceof TshubError && error.code === 'pending')
        return { ...decision, cull: false, why: error.message, seconds: -1 };
      throw error;
    }
  };

  const lookAtAll = async (isDryRun: boolean): Promise<Decision[]> => {
    const policy = settings();
    const decisions = parseServers(await hub.ListServers()).map((server) => decide(server, policy, now()));
    if (isDryRun) return decisions;
    const failures: unknown[] = [];
    const outcomes = await mapAtMost(policy.concurrency, decisions, async (decision) => {
      if (!decision.cull) return decision;
      return stop(decision).catch((error: unknown) => {
        failures.push(error);
        return { ...decision, cull: false, why: `could not be stopped: ${sentenceOf(error)}` };
      });
    });
    lastRound = now();
    if (failures.length > 0) throw new RoundFailure(outcomes, failures);
    return outcomes;
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
        return await inTurn(() => lookAtAll(isDryRun));
      } catch (error) {
        if (error instanceof RoundFailure) return error.outcomes;
        throw error;
      }
    },
    async tick() {
      if (!settings().enabled) return;
      try {
        await inTurn(() => lookAtAll(false));
        remember('');
      } catch (error) {
        const cause = error instanceof RoundFailure ? error.failures[0] : error;
        remember(sentenceOf(cause), cause);
      }
    },
    status() {
      const { enabled, timeout } = settings();
      return {
        version,
        enabled,
        timeout,
        every: secondsBetweenRounds(settings()),
        lastRound: BigInt(lastRound),
        culled,
        problem,
      };
    },
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

/** Half the timeout, at most ten minutes, unless the administrator says otherwise; never less than a second. */
export function secondsBetweenRounds({
  cull_every,
  timeout,
}: Pick<Settings['culler'], 'cull_every' | 'timeout'>): number {
  return Math.max(1, cull_every > 0 ? cull_every : Math.min(timeout / 2, 600));
}

/** After a round that failed, the next one is soon: a hub that was being restarted is there again in a moment. */
export function secondsToNextRound(culler: Settings['culler'], hasFailed: boolean): number {
  const seconds = secondsBetweenRounds(culler);
  return hasFailed ? Math.min(seconds, 10) : seconds;
}

function parseServers(entries: readonly WireDict[]): ServerEntry[] {
  const parsed = serverEntry.array().safeParse(entries);
  if (parsed.success) return parsed.data;
  throw new Error(
    'the hub answered in another form than expected; is it of another version? Run: systemctl restart tshub tshub-cullerd',
    {
      cause: parsed.error,
    },
  );
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
