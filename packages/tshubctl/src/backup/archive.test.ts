import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readArchive, type Sink, writeArchive } from './archive.ts';
import { type Entry, makeManifest, type Manifest } from './manifest.ts';

let folder: string;
let archive: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  archive = join(folder, 'archive');
});
afterEach(() => rmSync(folder, { recursive: true }));

const directory = (path: string): Entry => ({
  path,
  type: 'directory',
  mode: '0755',
  owner: 'root',
  group: 'root',
  size: 0,
  sha256: '',
});
const file = (path: string, content: string): Entry => ({
  ...directory(path),
  type: 'file',
  mode: '0640',
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

const content = 'name = "a hub"\n'.repeat(5000);
const entries = [
  directory('etc/tshub'),
  file('etc/tshub/tshub.toml', content),
  directory('etc/tshub/tls'),
  file('etc/tshub/tls/key', ''),
];
const manifestOf = (listed: Entry[], more: object = {}): Manifest => ({
  ...makeManifest({ made: '2026-01-02T03:04:05.000Z', host: 'h', database: 'none', entries: listed }),
  ...more,
});

async function write(manifest: Manifest): Promise<void> {
  await writeArchive(createWriteStream(archive), manifest, ({ path, size }) => {
    const source = join(folder, createHash('md5').update(path).digest('hex'));
    writeFileSync(source, content.slice(0, size));
    return source;
  });
}

/** What a restore would have been given. */
async function read(): Promise<Record<string, string>> {
  const got: Record<string, string> = {};
  const sink: Sink = {
    folder: async ({ path }) => void (got[path] = '/'),
    file: async ({ path }) => {
      const through = new PassThrough();
      void buffer(through).then(
        (bytes) => (got[path] = bytes.toString()),
        () => undefined,
      );
      return through;
    },
  };
  await readArchive(archive, sink);
  return got;
}

const refusal = async (): Promise<string> => {
  const error: unknown = await read().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'backup_refused' });
  return (error as Error).message;
};

test('what was written is read: names, content, the empty file', async () => {
  await write(manifestOf(entries));
  expect(await read()).toEqual({
    'etc/tshub': '/',
    'etc/tshub/tshub.toml': content,
    'etc/tshub/tls': '/',
    'etc/tshub/tls/key': '',
  });
});

test('an archive that is cut off anywhere is refused', async () => {
  await write(manifestOf(entries));
  const whole = readFileSync(archive);
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(archive, whole.subarray(0, length));
    await refusal();
  }
});

test('a flipped bit is refused wherever it is, but for the time in the head of gzip, which means nothing', async () => {
  await write(manifestOf(entries));
  const whole = readFileSync(archive);
  for (let at = 10; at < whole.length; at += 3) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    writeFileSync(archive, damaged);
    await refusal();
  }
});

test('so is one in the tar, whose sum was made anew', async () => {
  await write(manifestOf(entries));
  const plain = gunzipSync(readFileSync(archive));
  const json = plain.indexOf('"mode": "0640"') + 10;
  const inside = plain.indexOf('name = "a hub"') + 3;
  const sum = plain.lastIndexOf('  manifest.json') - 5;
  for (const at of [json, inside, sum]) {
    const damaged = Buffer.from(plain);
    damaged[at] = damaged[at] === 0x30 ? 0x31 : 0x30;
    writeFileSync(archive, gzipSync(damaged));
    await refusal();
  }
});

test.each([
  ['a format', { format: 2 }, 'install that one first'],
  ['a tshub', { tshub: '0.10.0' }, '0.10.0'],
  ['a tshub with fields that nobody knows yet', { tshub: '9.0.0', fields: true }, '9.0.0'],
])('%s that is newer is refused with what to do', async (_, more, says) => {
  await write(manifestOf(entries, more));
  expect(await refusal()).toContain(says);
});

test.each([
  'etc/tshub/../passwd',
  'etc/passwd',
  '/etc/tshub/x',
  'etc/tshub/./x',
  'etc/tshub//x',
  'etc/tshub/x\nroot',
  'etc/tshub/no-folder/x',
  'etc/tshub-x',
  'etc/tshub/tshub.toml/x',
  'var/lib/tshub/authorized_keys',
  'var/lib/tshub/cookie-key',
  'root/.ssh/authorized_keys',
])('a path such as %j is refused', async (path) => {
  await write(manifestOf([...entries, file(path, 'x')]));
  expect(await refusal()).toContain('is nothing that a backup of tshub holds');
});

test.each([
  ['twice the same file', { entries: [...entries, entries[1]] }, 'twice'],
  ['a setuid mode', { entries: [...entries, { ...file('etc/tshub/x', 'x'), mode: '4755' }] }, 'mode'],
  ['a database that is not listed', { database: 'sqlite' }, 'otherwise'],
  ['a field that nobody knows', { extra: 1 }, 'manifest'],
])('a manifest with %s is refused', async (_, more, says) => {
  await write(manifestOf(entries, more));
  expect(await refusal()).toContain(says);
});

test.each([
  ['a link for a file', { type: 'symlink', linkname: '/etc/shadow' }],
  ['a hard link for a file', { type: 'link', linkname: 'etc/passwd' }],
  ['a device for a file', { type: 'character-device' }],
  ['another name', { name: 'etc/tshub/other', size: 1 }],
  ['another size', { size: 2 }],
] as const)('%s, which the manifest does not tell, is refused', async (_, header) => {
  const manifest = manifestOf([directory('etc/tshub'), file('etc/tshub/x', 'x')]);
  const tar = pack();
  tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  tar.entry({ name: 'etc/tshub', type: 'directory' });
  const { size, ...rest } = { size: 0, ...header };
  tar.entry({ name: 'etc/tshub/x', ...rest }, 'x'.repeat(size));
  tar.finalize();
  writeFileSync(archive, gzipSync(await buffer(tar)));
  expect(await refusal()).toContain('is not what its manifest lists');
});

test.each([
  ['a text', 'not an archive'],
  ['nothing', ''],
  ['a gzip of nothing', gzipSync('')],
  ['a gzip of zeros', gzipSync(Buffer.alloc(100_000))],
])('%s is refused', async (_, bytes) => {
  writeFileSync(archive, bytes);
  await refusal();
});

test('another archive is told to be none of tshub', async () => {
  const tar = pack();
  tar.entry({ name: 'etc/passwd' }, 'root');
  tar.finalize();
  writeFileSync(archive, gzipSync(await buffer(tar)));
  expect(await refusal()).toContain('no backup of tshub');
});
