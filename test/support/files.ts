import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Paths of all files below a folder, relative to it, in name order; node_modules is left out. */
export function filesBelow(folder: string, ending = ''): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}
