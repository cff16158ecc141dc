import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { paths, TshubError } from '@tshub/contract';
import { extract, type Headers } from 'tar-stream';
import { belongs, type Entry } from './manifest.ts';
import { databaseEntry, type Place, prefixOf } from './places.ts';
import { type Ids, runAs } from './run-as.ts';

/** Bytes of a file of settings or keys; more is none, and a hub that was taken over must not fill the disk with it. */
const largest = 64 * 1024 * 1024;

/** What a backup is made of: entries, and the file in the stage with the content of each. */
export class Collection {
  readonly entries: Entry[] = [];
  /** Links, sockets and the like, which stay where they are. */
  readonly leftOut: string[] = [];
  readonly #stage: string;
  readonly #files = new Map<string, string>();

  constructor(stage: string) {
    this.#stage = stage;
  }

  fileOf(path: string): string {
    return this.#files.get(path) ?? '';
  }

  /** What a place holds, read by its own account with tar(1): links are seen as links, whoever put them there. */
  async addPlace(place: Place, ids: Ids): Promise<void> {
    const there = await Promise.all((place.only ?? []).map((name) => isThere(`${place.path}/${name}`)));
    const names = place.only?.filter((_, i) => there[i]) ?? [];
    const what = place.only === undefined ? ['.'] : ['--no-recursion', '.', ...names.map((name) => `./${name}`)];
    const command = [
      'tar',
      '--create',
      '--file=-',
      '--sort=name',
      '--hard-dereference',
      `--directory=${place.path}`,
      ...what,
    ];
    await runAs(ids, command, async (output) => {
      const tar = extract();
      const fed = pipeline(output, tar);
      fed.catch(() => undefined);
      for await (const one of tar) await this.#take(one, place);
      await fed;
    });
  }

  /** A copy of the database as the hub's own account makes it, while the hub writes on. */
  async addDatabase(ids: Ids): Promise<void> {
    const owner = { mode: '0600', owner: 'tshub', group: 'tshub' };
    await runAs(ids, [process.execPath, `${paths.library}/snapshot.mjs`, 'copy', paths.database], (output) =>
      this.#addFile(databaseEntry, owner, output),
    );
  }

  async #take(one: Readable & { header: Headers }, place: Place): Promise<void> {
    const { name, type, mode = 0, size = 0, uname = '', gname = '' } = one.header;
    const path = [prefixOf(place), ...name.split('/').filter((part) => part !== '.' && part !== '')].join('/');
    const about = { mode: octal(mode), owner: uname, group: gname };
    if (size > largest)
      throw new TshubError('backup_refused', {
        problem: `/${path}: expected a file of settings or keys, found ${size} bytes; move it away`,
      });
    if (!belongs(path, place) || (type !== 'file' && type !== 'directory')) {
      this.leftOut.push(`/${path}`);
      one.resume();
    } else if (type === 'directory') {
      this.entries.push({ path, type, ...about, size: 0, sha256: '' });
      one.resume();
    } else await this.#addFile(path, about, one);
  }

  async #addFile(path: string, about: Pick<Entry, 'mode' | 'owner' | 'group'>, content: Readable): Promise<void> {
    const file = `${this.#stage}/${this.#files.size}`;
    const hash = createHash('sha256');
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });
    await pipeline(content, measure, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    this.#files.set(path, file);
    this.entries.push({ path, type: 'file', ...about, size, sha256: hash.digest('hex') });
  }
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Permissions alone: nothing of tshub is setuid. */
function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
