import { readdirSync, readFileSync, statSync } from 'node:fs';
import { paths, TshubError } from '@tshub/contract';
import { parse, TomlError } from 'smol-toml';
import { describeIssue, type Origin } from './problem.ts';
import { schema, type Settings } from './schema.ts';

export interface LoadOptions {
  /** The settings file; a missing one means defaults. */
  readonly file?: string;
  readonly dropins?: string;
  /** Refuse files that others than root could write: for the process that acts as root on them. */
  readonly rootOwned?: boolean;
  /** Refuse files that the daemons, which are not root, could not read: for root who checks them. */
  readonly readableByAll?: boolean;
}

/** Reads the settings and their drop-ins, in name order, later ones winning key by key; throws config_invalid that names file, key, expected and found. */
export function loadSettings(options: LoadOptions = {}): Settings {
  return loadWithOrigin(options).settings;
}

/** The same, with the file that each key is from; those of no file have their default. */
export function loadWithOrigin(options: LoadOptions = {}): { settings: Settings; origin: Origin } {
  const file = options.file ?? paths.config;
  const merged: Record<string, unknown> = {};
  const origin: Origin = new Map();
  for (const path of settingsFiles(options)) {
    const text = readSettings(path, options);
    if (text !== undefined) merge(merged, parseToml(path, text), path, [], origin);
  }
  const result = schema.safeParse(merged);
  if (result.success) return { settings: deepFreeze(result.data), origin };
  const problem = result.error.issues.map((issue) => describeIssue(issue, merged, origin, file)).join('\n');
  throw new TshubError('config_invalid', { problem });
}

/** The files that settings are in, the first of which may be missing; throws config_invalid for a folder that cannot be read. */
export function settingsFiles({ file = paths.config, dropins = paths.configDropins }: LoadOptions): string[] {
  return [file, ...listDropins(dropins)];
}

function listDropins(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.toml'))
      .sort()
      .map((name) => `${folder}/${name}`);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw new TshubError(
      'config_invalid',
      { problem: `${folder}: cannot be read: ${reasonOf(error)}` },
      { cause: error },
    );
  }
}

function readSettings(path: string, { rootOwned = false, readableByAll = false }: LoadOptions): string | undefined {
  try {
    if (rootOwned) requireRootOwned(path);
    if (readableByAll) requireReadable(path);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    if (error instanceof TshubError) throw error;
    throw new TshubError(
      'config_invalid',
      { problem: `${path}: cannot be read: ${reasonOf(error)}` },
      { cause: error },
    );
  }
}

function requireRootOwned(path: string): void {
  const { uid, mode } = statSync(path);
  if (uid === 0 && (mode & 0o022) === 0) return;
  throw new TshubError('config_invalid', {
    problem: `${path}: expected a file that only root can write; run: chown root: ${path}; chmod go-w ${path}`,
  });
}

function requireReadable(path: string): void {
  if ((statSync(path).mode & 0o004) !== 0) return;
  throw new TshubError('config_invalid', {
    problem: `${path}: expected a file that every daemon can read; run: chmod a+r ${path}`,
  });
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const sentence = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'not readable';
    throw new TshubError(
      'config_invalid',
      { problem: `${path}:${error.line}:${error.column}: not TOML: ${sentence}` },
      { cause: error },
    );
  }
}

function merge(
  into: Record<string, unknown>,
  from: Record<string, unknown>,
  path: string,
  keys: readonly string[],
  origin: Origin,
): void {
  for (const [key, value] of Object.entries(from)) {
    const here = [...keys, key];
    const present = into[key];
    if (isTable(value) && isTable(present)) merge(present, value, path, here, origin);
    else if (isTable(value)) {
      const fresh: Record<string, unknown> = {};
      into[key] = fresh;
      origin.set(here.join('.'), path);
      merge(fresh, value, path, here, origin);
    } else {
      into[key] = value;
      origin.set(here.join('.'), path);
    }
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
