import { createWriteStream } from 'node:fs';
import { link, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadSettings } from '@tshub/config';
import { accounts, paths, TshubError } from '@tshub/contract';
import { writeArchive } from '../backup/archive.ts';
import { Collection, isThere } from '../backup/collect.ts';
import { adviceOn, leftBehind } from '../backup/left-behind.ts';
import { makeManifest, type Manifest, parseManifest } from '../backup/manifest.ts';
import { places } from '../backup/places.ts';
import { requireRootsFolder } from '../backup/root-folder.ts';
import { idsOf } from '../backup/run-as.ts';
import { tellJournal } from '../backup/tell-journal.ts';
import type { Context, Input, Outcome } from '../command.ts';
import { printable } from '../output/style.ts';
import { bytes } from '../output/units.ts';

/** Writes database, settings and keys into one file, while the hub runs. */
export async function backUp(context: Context, { args }: Input): Promise<Outcome> {
  requireRoot('backup');
  const file = resolve(args[0] ?? '');
  if (await isThere(file))
    throw new TshubError('bad_request', { problem: `${file}: expected a name that is free, found a file` });
  await requireRootsFolder(dirname(file));
  const stage = await mkdtemp(`${file}.`).catch((cause: unknown) => {
    throw new TshubError(
      'bad_request',
      { problem: `${dirname(file)}: expected a folder to write to: ${String(cause)}` },
      { cause },
    );
  });
  try {
    const { manifest, collected } = await collect(context, stage);
    context.tell?.(`writing ${file}`);
    await writeWhole(`${stage}/archive`, file, manifest, collected);
    const { size } = await stat(file);
    await tellJournal('backup-made', `a backup of the hub was made: ${file}`, { file, by: context.user });
    const notes = [...notesOn(manifest, collected.leftOut, await besideIt()), ...adviceOn(await leftBehind())];
    return {
      json: { file, bytes: size, database: manifest.database, files: manifest.entries.length, notes },
      text: () =>
        [
          `${file}: ${bytes(BigInt(size))}, readable by root alone: it holds every key`,
          ...notes.map((note) => printable(`note: ${note}`)),
        ].join('\n'),
    };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

export function requireRoot(verb: string): void {
  if (process.getuid?.() === 0) return;
  throw new TshubError('forbidden', {
    problem: `expected root, who alone may read all of it; run: sudo tshubctl ${verb} FILE`,
  });
}

async function collect(context: Context, stage: string): Promise<{ manifest: Manifest; collected: Collection }> {
  const collected = new Collection(stage);
  for (const place of places) {
    if (!(await isThere(place.path))) continue;
    context.tell?.(`reading ${place.path}`);
    await collected.addPlace(place, await idsOf(context, place.account));
  }
  const database = await databaseNow();
  if (database === 'sqlite') {
    const { size } = await stat(paths.database);
    context.tell?.(`copying the database (${bytes(BigInt(size))})`);
    await collected.addDatabase(await idsOf(context, accounts.hub));
  }
  const manifest = makeManifest({
    made: new Date().toISOString(),
    host: context.hostname,
    database,
    entries: collected.entries,
  });
  // Rather now than on the day of the restore.
  parseManifest(JSON.stringify(manifest));
  return { manifest, collected };
}

async function databaseNow(): Promise<Manifest['database']> {
  if (loadSettings().hub.db_url !== '') return 'postgresql';
  return (await isThere(paths.database)) ? 'sqlite' : 'none';
}

/** Under its name only when it is whole and on the disk; never over another file. */
async function writeWhole(draft: string, file: string, manifest: Manifest, collected: Collection): Promise<void> {
  const output = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
  await writeArchive(output, manifest, ({ path }) => collected.fileOf(path));
  await link(draft, file);
}

/** What a hub may depend on and no backup of tshub holds. */
async function besideIt(): Promise<string[]> {
  const folder = '/etc/systemd/system';
  const names = await readdir(folder).catch(() => []);
  const found = names.filter((name) => /^tshub.*\.d$/.test(name)).map((name) => `${folder}/${name}`);
  const token = '/etc/credstore/tshub-proxy.api-token';
  return (await isThere(token)) ? [...found, token] : found;
}

function notesOn({ database }: Manifest, leftOut: readonly string[], beside: readonly string[]): string[] {
  return [
    ...(database === 'postgresql'
      ? [
          `the database is in PostgreSQL and not in this file; as its owner run: pg_dump --format=custom --file=tshub.dump --dbname='${loadSettings().hub.db_url}'`,
        ]
      : []),
    ...(database === 'none' ? ['there is no database yet: the hub has never run'] : []),
    ...leftOut.map((path) => `left out, being no plain file: ${path}`),
    ...beside.map((path) => `not part of it, keep a copy yourself: ${path}`),
  ];
}
