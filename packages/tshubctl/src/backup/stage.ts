import { createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, basename } from 'node:path';
import type { Writable } from 'node:stream';
import { TshubError } from '@tshub/contract';
import type { Sink } from './archive.ts';
import { isThere } from './collect.ts';
import type { Entry } from './manifest.ts';
import { type Place, placeOf, prefixOf } from './places.ts';
import type { GidOf, IdsOf } from './run-as.ts';

/** A restored place beside the one it will replace: same parent, which is root's, so that a rename is all it takes. */
export class Stage implements Sink {
  readonly #folders = new Map<Place, string>();
  readonly #entries: Entry[] = [];

  async folder(entry: Entry): Promise<void> {
    const place = placeOf(entry.path);
    if (place !== undefined && entry.path === prefixOf(place))
      this.#folders.set(place, await mkdtemp(`${dirname(place.path)}/.${basename(place.path)}.restore-`));
    else await mkdir(this.pathOf(entry.path), { mode: 0o700 });
    this.#entries.push(entry);
  }

  file(entry: Entry): Promise<Writable> {
    this.#entries.push(entry);
    return Promise.resolve(createWriteStream(this.pathOf(entry.path), { flags: 'wx', mode: 0o600, flush: true }));
  }

  /** Where an entry is until the swap. */
  pathOf(path: string): string {
    const place = placeOf(path);
    const folder = place === undefined ? undefined : this.#folders.get(place);
    if (place === undefined || folder === undefined) throw new Error(`no stage for ${path}`);
    return folder + path.slice(prefixOf(place).length);
  }

  /** Gives everything to whom it belongs; the deepest first, because a folder that was given away is its owner's to change. */
  async giveAway(idsOf: IdsOf, gidOf: GidOf): Promise<void> {
    for (const { path, mode, owner, group } of this.#entries.toReversed()) {
      const place = placeOf(path);
      const own = place === undefined || place.account === 'root' ? null : await idsOf(place.account);
      const uid = own?.uid ?? (await idsOf(owner)).uid;
      const gid = own?.gid ?? (await gidOf(group));
      const at = this.pathOf(path);
      await chown(at, uid, gid);
      await chmod(at, Number.parseInt(mode, 8));
    }
  }

  /** Puts the restored places where they belong, all or none, and returns where those from before are. */
  async swap(stamp: string): Promise<string[]> {
    const undo: Array<() => Promise<void>> = [];
    const kept: string[] = [];
    try {
      for (const [{ path }, folder] of this.#folders) {
        const before = `${path}.before-restore-${stamp}`;
        if (await isThere(path)) {
          await rename(path, before);
          undo.push(() => rename(before, path));
          kept.push(before);
        }
        await rename(folder, path);
        undo.push(() => rename(path, folder));
      }
    } catch (cause) {
      for (const step of undo.toReversed()) await step();
      const problem = `it cannot be put in place: ${cause instanceof Error ? cause.message : String(cause)}; everything is as it was`;
      throw new TshubError('backup_refused', { problem }, { cause });
    }
    this.#folders.clear();
    return kept;
  }

  /** Removes what was not put in place. */
  async discard(): Promise<void> {
    for (const folder of this.#folders.values()) await rm(folder, { recursive: true, force: true });
  }
}

/** Places from before an earlier restore are not overwritten: the stamp is of this second. */
export function stampOf(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
