import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isThere } from './collect.ts';
import { type Place, places } from './places.ts';

/** What restores have left beside a place. */
export interface LeftBehind {
  readonly place: string;
  /** Whether the place is there: a restore that was killed between its renames has moved it away and put nothing there. */
  readonly isThere: boolean;
  /** Where it was moved to, the newest last. */
  readonly before: readonly string[];
  /** What a restore that was killed had unpacked. */
  readonly stages: readonly string[];
}

/** Everything that restores have left, and did not put in place or take away. */
export async function leftBehind(of: readonly Pick<Place, 'path'>[] = places): Promise<LeftBehind[]> {
  const found = await Promise.all(
    of.map(async ({ path }) => {
      const [folder, name] = [dirname(path), basename(path)];
      const names = (await readdir(folder).catch((): string[] => [])).toSorted().map((one) => `${folder}/${one}`);
      return {
        place: path,
        isThere: await isThere(path),
        before: names.filter((one) => one.startsWith(`${folder}/${name}.before-restore-`)),
        stages: names.filter((one) => one.startsWith(`${folder}/.${name}.restore-`)),
      };
    }),
  );
  return found.filter(({ before, stages }) => before.length + stages.length > 0);
}

/** What to do about it, a sentence each. */
export function adviceOn(left: readonly LeftBehind[]): string[] {
  return left.flatMap(({ place, isThere: there, before, stages }) => [
    ...(there || before.length === 0
      ? before.map((path) => `from before a restore: ${path}; when it is not needed any more: rm -r ${path}`)
      : [
          `a restore was cut off: ${place} is not there; restore again, or go back: mv ${before.at(-1) ?? ''} ${place}`,
        ]),
    ...stages.map((path) => `unpacked by a restore that was cut off: ${path}; to remove it: rm -r ${path}`),
  ]);
}
