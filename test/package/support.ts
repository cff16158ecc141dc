import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('../..', import.meta.url).pathname;
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Names of the files in a folder of the repository that end so, sorted. */
export const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .toSorted();

/** A unit file as systemd reads it: section, key, and every value that was given to the key; an empty value forgets those before it. */
export type Unit = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export function readUnit(name: string): Unit {
  const unit: Record<string, Record<string, string[]>> = {};
  let section = '';
  for (const line of read(`units/${name}`).split('\n')) {
    const heading = /^\[(.+)\]$/.exec(line)?.[1];
    if (heading) section = heading;
    const [, key, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (!key || value === undefined) continue;
    const values = ((unit[section] ??= {})[key] ??= []);
    values.push(value);
  }
  return unit;
}

/** The values of a key, split at spaces. */
export const words = (unit: Unit, section: string, key: string): string[] =>
  (unit[section]?.[key] ?? []).flatMap((value) => value.split(' ').filter((word) => word !== ''));
