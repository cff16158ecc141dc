import { lstatSync, type Stats } from 'node:fs';

/** Why others than root could change what is at a path, or that it is no program: a sentence; null when root alone can. Links are not followed. */
export function rootOnlyProblem(path: string, look: (path: string) => Stats = lstatSync): string | null {
  const parts = path.split('/').filter((part) => part !== '');
  const steps = ['/', ...parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)];
  for (const step of steps) {
    let found: Stats;
    try {
      found = look(step);
    } catch {
      return `${step} does not exist, or spawnerd may not see it`;
    }
    if (found.isSymbolicLink()) return `${step} is a link: expected the path without links`;
    if (found.uid !== 0) return `${step} does not belong to root`;
    if ((found.mode & 0o022) !== 0) return `${step} can be written by others than root`;
    if (step !== steps.at(-1)) continue;
    if (!found.isFile() || (found.mode & 0o111) === 0) return `${step} is not a program`;
  }
  return null;
}
