import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { routeEntry } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { RouteFacts } from './route.ts';

/** A route as the file has it; `lastActivity` is milliseconds since 1970. */
export interface StoredRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
  readonly lastActivity: number;
  /** What an operator posted; absent for the hub's routes. */
  readonly posted?: Readonly<Record<string, unknown>>;
}

/** What is kept of a route. */
export function storedOf({ prefix, target, uid, data, posted, lastActivity }: RouteFacts): StoredRoute {
  return { prefix, target, uid, data, lastActivity, ...(posted === undefined ? {} : { posted }) };
}

const fileVersion = 1;

/** Where routes outlive proxyd. */
export interface RoutesStore {
  /** What is there at a start: nothing, with a warning, when it cannot be read. */
  load(): Promise<StoredRoute[]>;
  /** What is there now; rejects when it cannot be read. */
  read(): Promise<StoredRoute[]>;
  /** Resolves when what `routes` gives, or something newer, is in the file. */
  save(routes: () => StoredRoute[]): Promise<void>;
}

/** Of whoever serves by the routes of another. */
export const noStore: RoutesStore = {
  load: async () => [],
  read: async () => [],
  save: async () => undefined,
};

/** A JSON file that is replaced as a whole. Saves that come while one is under way are answered by a single further one. */
export class FileRoutesStore implements RoutesStore {
  #path: string;
  #log: Log;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  async load(): Promise<StoredRoute[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      this.#log.warn({ error }, `${this.#path} cannot be read; starting without routes until the hub gives them again`);
      return [];
    }
    try {
      return readRoutes(JSON.parse(text));
    } catch (error) {
      this.#log.warn({ error }, `${this.#path} is damaged; starting without routes until the hub gives them again`);
      return [];
    }
  }

  async read(): Promise<StoredRoute[]> {
    return readRoutes(JSON.parse(await readFile(this.#path, 'utf8')));
  }

  save(routes: () => StoredRoute[]): Promise<void> {
    if (this.#running === undefined) return this.#start(routes);
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        return this.#start(routes);
      });
    return this.#waiting;
  }

  #start(routes: () => StoredRoute[]): Promise<void> {
    const running = this.#write(routes()).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #write(routes: StoredRoute[]): Promise<void> {
    const fresh = `${this.#path}.new`;
    const text = `${JSON.stringify({ version: fileVersion, routes })}\n`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, this.#path);
  }
}

function readRoutes(file: unknown): StoredRoute[] {
  const { version, routes } = file as { version?: unknown; routes?: unknown };
  if (version !== fileVersion || !Array.isArray(routes)) throw new Error('not a file of routes');
  return routes.map((entry: StoredRoute) => {
    const route = routeEntry.parse({ ...entry, lastActivity: BigInt(entry.lastActivity) });
    const { posted } = entry;
    return { ...route, lastActivity: Number(route.lastActivity), ...(posted === undefined ? {} : { posted }) };
  });
}
