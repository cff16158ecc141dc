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
import { announcements, noEnd } from './announce.ts';
import { decide, type Verdict } from './decide.ts';
import { mapAtMost } from './each.ts';
import { secondsBetweenRounds, secondsUntilDue } from './schedule.ts';

export type HubCalls = Pick<Calls<typeof hub1>, 'AnnounceEnds' | 'ListServers' | 'StopServer'>;

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
  /** Seconds until the next server ends or is to be warned of, as the last round saw it; Infinity for none. */
  due(): number;
}

export function makeCuller({ hub, settings, now, log }: CullerParts): Culler {
  let last: Promise<unknown> = Promise.resolve();
  let lastRound = 0;
  let culled = 0;
  let problem = '';
  let hasTold = false;
  let dueAt = Infinity;

  const stop = async (decision: Decision): Promise<Decision> => {
    const { user, server, why } = decision;
    try {
      await hub.StopServer(user, server, why);
      culled += 1;
      log.info({ event: 'server-culled', user, server, reason: why }, `stopped ${labelOf(user, server)}: ${why}`);
      return decision;
    } catch (error) {
      const isGone = error instanceof TshubError && (error.code === 'not_running' || error.code === 'not_found');
      if (isGone) return { ...decision, cull: false, why: 'ended by itself', seconds: -1 };
      if (error instanceof TshubError && error.code === 'pending')
        return { ...decision, cull: false, why: error.message, seconds: -1 };
      throw error;
    }
  };

  /** Lets the hub show when servers end; one call, and none if it shows that already. */
  const tell = async (servers: readonly ServerEntry[], verdicts: readonly Verdict[]): Promise<void> => {
    const news = announcements(servers, verdicts, now());
    if (news.length === 0) return;
    await hub.AnnounceEnds(news);
    hasTold = true;
    for (const [i, { user, server, end, cull, why, seconds }] of verdicts.entries()) {
      if (cull || end?.warned !== true || servers[i]?.warned === true) continue;
      log.info(
        { event: 'server-warned', user, server, reason: why },
        `${labelOf(user, server)} will be stopped in ${seconds} s unless it is used: ${why}`,
      );
    }
  };

  /** Nobody is to wait for an end that does not come. */
  const takeBack = async (): Promise<void> => {
    if (!hasTold) return;
    const shown = parseServers(await hub.ListServers()).filter(({ endsAt }) => endsAt !== undefined);
    if (shown.length > 0) await hub.AnnounceEnds(shown.map(({ user, server }) => noEnd(user, server)));
    hasTold = false;
  };

  const lookAtAll = async (isDryRun: boolean): Promise<Decision[]> => {
    const policy = settings();
    const servers = parseServers(await hub.ListServers());
    const verdicts = servers.map((server) => decide(server, policy, now()));
    if (isDryRun) return verdicts.map(decisionOf);
    const failures: unknown[] = [];
    await tell(servers, verdicts).catch((error: unknown) => failures.push(error));
    const outcomes = await mapAtMost(policy.concurrency, verdicts.map(decisionOf), async (decision) => {
      if (!decision.cull) return decision;
      return stop(decision).catch((error: unknown) => {
        failures.push(error);
        return { ...decision, cull: false, why: `could not be stopped: ${sentenceOf(error)}` };
      });
    });
    dueAt = now() + secondsUntilDue(verdicts, policy) * 1000;
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
      const { enabled } = settings();
      try {
        await inTurn<unknown>(() => (enabled ? lookAtAll(false) : takeBack()));
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
    due: () => Math.max(0, (dueAt - now()) / 1000),
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

function decisionOf({ user, server, cull, why, seconds }: Verdict): Decision {
  return { user, server, cull, why, seconds };
}

function labelOf(user: string, server: string): string {
  return `${server === '' ? 'the server' : `the server "${server}"`} of ${user}`;
}
