import { TshubError, version } from '@tshub/contract';
import * as z from 'zod';
import { databaseEntry, placeOf, prefixOf, type Place } from './places.ts';

/** What an archive begins with, so that all of it is known before anything is written. */
export const manifestName = 'manifest.json';
/** What it ends with: the manifest's own sum, as sha256sum(1) writes and checks it. */
export const sumName = 'manifest.json.sha256';
export const mostManifestBytes = 16 * 1024 * 1024;

/** Raised when an older tshub could no longer read an archive. */
const format = 1;

const entry = z.strictObject({
  path: z.string().max(4096),
  type: z.enum(['directory', 'file']),
  /** Octal. */
  mode: z.string().regex(/^0[0-7]{3}$/),
  owner: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  group: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  size: z.number().int().nonnegative(),
  /** Hex; '' of a directory. */
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
});

const manifest = z.strictObject({
  format: z.literal(format),
  tshub: z.string().regex(/^\d+\.\d+\.\d+$/),
  made: z.iso.datetime(),
  host: z.string(),
  /** `postgresql` is not in the archive, `none` was not there. */
  database: z.enum(['none', 'postgresql', 'sqlite']),
  entries: z.array(entry).max(100_000),
});

export type Entry = z.infer<typeof entry>;
export type Manifest = z.infer<typeof manifest>;

export function makeManifest(parts: Omit<Manifest, 'format' | 'tshub'>): Manifest {
  return { format, tshub: version, ...parts };
}

/** Reads a manifest and refuses what a restore must not touch: other places, odd paths, anything newer. */
export function parseManifest(text: string): Manifest {
  const raw = parseJson(text);
  const { format: its, tshub } = z
    .looseObject({ format: z.unknown(), tshub: z.unknown() })
    .catch({ format: 0, tshub: '' })
    .parse(raw);
  const isNewer = (typeof its === 'number' && its > format) || (typeof tshub === 'string' && isAfter(tshub, version));
  if (isNewer) throw refused(`it was made by tshub ${String(tshub)}, and this is ${version}: install that one first`);
  const parsed = manifest.safeParse(raw);
  if (!parsed.success)
    throw refused(
      `its manifest is not one: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`,
    );
  requirePaths(parsed.data.entries);
  const hasDatabase = parsed.data.entries.some(({ path }) => path === databaseEntry);
  if (hasDatabase !== (parsed.data.database === 'sqlite'))
    throw refused('its manifest says otherwise about the database than its list');
  return parsed.data;
}

export function refused(problem: string, cause?: unknown): TshubError {
  return new TshubError('backup_refused', { problem }, { cause });
}

/** Whether a path in a place is one that a backup of it would have. */
export function belongs(path: string, place: Place): boolean {
  const rest = path.slice(prefixOf(place).length + 1);
  if (rest === '') return path === prefixOf(place);
  if (path === databaseEntry) return true;
  if (place.only !== undefined) return place.only.includes(rest);
  return rest.split('/').every(isPlainName);
}

function isPlainName(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  return name !== '' && name !== '.' && name !== '..' && !/[\u0000-\u001f\u007f]/.test(name);
}

/** Every path once, in a place, and after the folder it is in. */
function requirePaths(entries: readonly Entry[]): void {
  const folders = new Set<string>();
  const seen = new Set<string>();
  for (const { path, type } of entries) {
    const place = placeOf(path);
    const parent = path.slice(0, path.lastIndexOf('/'));
    const isRoot = place !== undefined && path === prefixOf(place);
    if (place === undefined || !belongs(path, place) || (!isRoot && !folders.has(parent)))
      throw refused(`${JSON.stringify(path)} in it is nothing that a backup of tshub holds`);
    if (isRoot && type !== 'directory') throw refused(`${path} in it is no folder`);
    if (seen.has(path)) throw refused(`${JSON.stringify(path)} is in it twice`);
    seen.add(path);
    if (type === 'directory') folders.add(path);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused('its manifest is not JSON', error);
  }
}

function isAfter(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
