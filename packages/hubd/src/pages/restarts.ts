import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Caller } from '../caller/caller.ts';
import type { Servers } from '../servers/server.ts';
import type { User } from '../users/user.ts';

export interface Who {
  readonly caller: Caller;
  readonly user: User;
  readonly name: string;
}

/** A stop, and after it a start with the options of before: one order for its owner, two for everybody else. */
export class Restarts {
  readonly #servers: Pick<Servers, 'start' | 'stop'>;
  readonly #log: Log;
  readonly #running = new Map<string, Promise<void>>();
  /** Why the second half did not begin, until the server is started in another way. */
  readonly #problems = new Map<string, string>();

  constructor(servers: Pick<Servers, 'start' | 'stop'>, log: Log) {
    this.#servers = servers;
    this.#log = log;
  }

  /** Begins it; the promise settles when the start has begun, or when it is clear that it will not. A second order joins the first. */
  begin(who: Who): Promise<void> {
    const key = keyOf(who.user.name, who.name);
    const known = this.#running.get(key);
    if (known !== undefined) return known;
    this.#problems.delete(key);
    const work = this.#run(who)
      .catch((error: unknown) => {
        this.#problems.set(key, error instanceof TshubError ? error.message : '');
        const { name } = who.user;
        this.#log.warn(
          { user: name, server: who.name, error },
          `A server of ${name} was stopped to be restarted, but not started; it stays stopped`,
        );
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, work);
    return work;
  }

  isRunning(user: string, name: string): boolean {
    return this.#running.has(keyOf(user, name));
  }

  /** Told once. */
  takeProblem(user: string, name: string): string | undefined {
    const key = keyOf(user, name);
    const problem = this.#problems.get(key);
    this.#problems.delete(key);
    return problem;
  }

  async #run({ caller, user, name }: Who): Promise<void> {
    const { done } = await this.#servers.stop(caller, user, name, '');
    await done;
    const start = await this.#servers.start(caller, user, name, null);
    // How it ends is kept with the server.
    start.done.catch(() => undefined);
  }
}

function keyOf(user: string, name: string): string {
  return `${user}/${name}`;
}
