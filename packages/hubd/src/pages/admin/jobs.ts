import { randomBytes } from 'node:crypto';
import { TshubError } from '@tshub/contract';

/** Something that is done to many, one after another, while its page tells how far it is. */
export interface Job {
  readonly id: string;
  /** The user who ordered it; nobody else sees it. */
  readonly userId: number;
  /** In words: what is done. */
  readonly title: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Those that were refused, with why; of very many the first. */
  readonly refusals: ReadonlyArray<readonly [name: string, problem: string]>;
  readonly isOver: boolean;
  /** Why it ended before its time; '' if it did not. */
  readonly ended: string;
}

export interface NewJob {
  readonly userId: number;
  readonly title: string;
  readonly names: readonly string[];
  /** How many are done in one step: of a step of several that is refused each is tried by itself. */
  readonly step: number;
  /** Does it to these; throws why not. */
  work(names: readonly string[]): Promise<unknown>;
  /** Why it must not go on; '' while it may. */
  mayGoOn(): Promise<string>;
}

type Running = { -readonly [Key in keyof Job]: Job[Key] } & {
  refusals: [string, string][];
  /** Whom it is about, until it is over. */
  names: readonly string[];
};

/** At a time for one job: as much as other people do not notice. */
const hands = 4;
const keptRefusals = 200;
/** Jobs kept in memory, those under way among them. */
const most = { kept: 100, running: 10 } as const;

/** The jobs of this hub; a hub that is restarted knows none of those before. */
export class Jobs {
  readonly #jobs = new Map<string, Running>();
  readonly #fail: (error: unknown, job: Job) => string;

  /** `fail` says in public words why something failed inside. */
  constructor(fail: (error: unknown, job: Job) => string) {
    this.#fail = fail;
  }

  get(id: string, userId: number): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.userId === userId ? job : undefined;
  }

  /** What a user has ordered that is not over yet. */
  underWay(userId: number): Job | undefined {
    return [...this.#jobs.values()].find((job) => job.userId === userId && !job.isOver);
  }

  /** Begins and returns at once. Throws too_many_requests while others are under way. */
  begin(order: NewJob): Job {
    const running = [...this.#jobs.values()].filter(({ isOver }) => !isOver);
    // The same form, pressed twice.
    const twin = running.find(
      (job) => job.userId === order.userId && job.title === order.title && same(job.names, order.names),
    );
    if (twin !== undefined) return twin;
    if (running.length >= most.running || running.some(({ userId }) => userId === order.userId))
      throw new TshubError('too_many_requests', {
        problem: 'Another action on many users is still under way; wait until it is over.',
      });
    const job: Running = {
      id: randomBytes(12).toString('hex'),
      userId: order.userId,
      title: order.title,
      total: order.names.length,
      done: 0,
      failed: 0,
      refusals: [],
      isOver: false,
      ended: '',
      names: order.names,
    };
    this.#jobs.set(job.id, job);
    for (const [id, old] of this.#jobs) {
      if (this.#jobs.size <= most.kept) break;
      if (old.isOver) this.#jobs.delete(id);
    }
    void this.#run(job, order);
    return job;
  }

  async #run(job: Running, { names, step, work, mayGoOn }: NewJob): Promise<void> {
    let at = 0;
    const attempt = async (some: readonly string[]): Promise<void> => {
      try {
        await work(some);
        job.done += some.length;
      } catch (error) {
        if (some.length > 1) {
          for (const name of some) await attempt([name]);
          return;
        }
        job.failed += 1;
        if (job.refusals.length < keptRefusals) job.refusals.push([some[0] ?? '', this.#fail(error, job)]);
      }
    };
    const hand = async (): Promise<void> => {
      while (at < names.length && job.ended === '') {
        const some = names.slice(at, at + step);
        at += step;
        job.ended = await mayGoOn().catch((error: unknown) => this.#fail(error, job));
        if (job.ended === '') await attempt(some);
      }
    };
    await Promise.all(Array.from({ length: hands }, hand));
    job.isOver = true;
    job.names = [];
  }
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, i) => name === other[i]);
}
