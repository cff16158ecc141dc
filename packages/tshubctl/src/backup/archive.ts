import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { type Readable, Transform, type Writable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { TshubError } from '@tshub/contract';
import { extract, pack, type Headers, type Pack } from 'tar-stream';
import {
  type Entry,
  type Manifest,
  manifestName,
  mostManifestBytes,
  parseManifest,
  refused,
  sumName,
} from './manifest.ts';

/** An archive is a gzipped tar that tar(1) can read too: the manifest, what it lists in that order, and the manifest's sum. */
export async function writeArchive(to: Writable, manifest: Manifest, fileOf: (entry: Entry) => string): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip(), to);
  // Awaited below; a failure of it ends the entries first.
  written.catch(() => undefined);
  const mtime = new Date(manifest.made);
  const json = `${JSON.stringify(manifest, null, 1)}\n`;
  await addText(tar, manifestName, json, mtime);
  for (const entry of manifest.entries) await addEntry(tar, entry, fileOf(entry), mtime);
  await addText(tar, sumName, sumOf(json), mtime);
  tar.finalize();
  await written;
}

/** What takes the entries of an archive, one after the other. */
export interface Sink {
  folder(entry: Entry): Promise<void>;
  file(entry: Entry): Promise<Writable>;
}

/** Reads an archive to its very end; throws backup_refused for anything that is not as it was written. */
export async function readArchive(file: string, sink: Sink): Promise<Manifest> {
  const tar = extract();
  const fed = pipeline(createReadStream(file), createGunzip(), tar);
  fed.catch(() => undefined);
  try {
    const manifest = await readEntries(tar, sink);
    await fed;
    return manifest;
  } catch (error) {
    tar.destroy();
    if (error instanceof TshubError || isOfSystem(error)) throw error;
    throw refused(
      `it is damaged or no backup of tshub (${error instanceof Error ? error.message : String(error)})`,
      error,
    );
  }
}

async function readEntries(tar: AsyncIterable<Readable & { header: Headers }>, sink: Sink): Promise<Manifest> {
  let json = '';
  let manifest: Manifest | undefined;
  let isWhole = false;
  const left: Entry[] = [];
  for await (const one of tar) {
    const { name, type, size = 0 } = one.header;
    if (isWhole) throw refused(`after its end there is more: ${JSON.stringify(name)}`);
    if (manifest === undefined) {
      if (name !== manifestName || type !== 'file' || size > mostManifestBytes)
        throw refused(`it does not begin with ${manifestName}: it is no backup of tshub`);
      json = await text(one);
      manifest = parseManifest(json);
      left.push(...manifest.entries.toReversed());
      continue;
    }
    const expected = left.pop();
    if (expected === undefined) {
      if (name !== sumName || size > 1024 || (await text(one)) !== sumOf(json))
        throw refused('its manifest is not the one that was written');
      isWhole = true;
      continue;
    }
    await takeEntry(one, expected, sink);
  }
  if (manifest === undefined || !isWhole) throw refused('it ends too early');
  return manifest;
}

/** The header only has to fit what the manifest says: owners and modes are taken from there. */
async function takeEntry(one: Readable & { header: Headers }, expected: Entry, sink: Sink): Promise<void> {
  const { name, type, size = 0 } = one.header;
  const isFile = expected.type === 'file';
  if (name.replace(/\/$/, '') !== expected.path || type !== expected.type || size !== (isFile ? expected.size : 0))
    throw refused(`${JSON.stringify(name)} in it is not what its manifest lists: ${JSON.stringify(expected.path)}`);
  if (!isFile) {
    one.resume();
    return sink.folder(expected);
  }
  const hash = createHash('sha256');
  const sum = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(one, sum, await sink.file(expected));
  if (hash.digest('hex') !== expected.sha256)
    throw refused(`${expected.path} in it is damaged: its SHA-256 is another`);
}

async function addEntry(
  tar: Pack,
  { path, type, mode, owner, group, size }: Entry,
  file: string,
  mtime: Date,
): Promise<void> {
  const header = { name: path, type, mode: Number.parseInt(mode, 8), uname: owner, gname: group, mtime };
  if (type === 'directory') return void tar.entry(header);
  const into = tar.entry({ ...header, size });
  const isIn = finished(into);
  await pipeline(createReadStream(file), into);
  await isIn;
}

async function addText(tar: Pack, name: string, content: string, mtime: Date): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry({ name, mode: 0o600, mtime }, content, (error) => (error == null ? resolve() : reject(error)));
  });
}

function sumOf(json: string): string {
  return `${createHash('sha256').update(json).digest('hex')}  ${manifestName}\n`;
}

/** A full disk, missing rights: nothing that the archive could help. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
