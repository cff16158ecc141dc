// Bundles each program into one ESM file in dist/, with the two native addons and the licences of what went in. Types are checked
// elsewhere (tsc), esbuild only strips them. After this, dist/ is all that the Debian package needs from npm.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle, copyAddons } from './bundle.ts';
import { packagesOf, programs, type Program } from './bundles.ts';

const root = new URL('..', import.meta.url).pathname;
const dist = join(root, 'dist');

const bundleProgram = (program: Program): Promise<Metafile> =>
  bundle({
    entry: join(root, `packages/${program}/src/main.ts`),
    outfile: join(dist, `${program}.mjs`),
    ...(program === 'tshubctl' ? { firstLine: '#!/usr/bin/node' } : {}),
  });

/** Where npm has put a package: at the top, or below the one that needs another version of it. */
function folderOf(name: string): string {
  const top = join(root, 'node_modules');
  const places = [top, ...readdirSync(top).map((parent) => join(top, parent, 'node_modules'))];
  const folder = places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')));
  if (folder === undefined) throw new Error(`${name} is in a bundle, but not in node_modules`);
  return folder;
}

/** One text with the licence of every npm package that is inside any bundle. */
function licences(names: ReadonlySet<string>): string {
  return [...names]
    .toSorted()
    .map((name) => {
      const folder = folderOf(name);
      const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        version: string;
        license?: string;
      };
      const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '(the package carries no licence text)';
      return `${'='.repeat(80)}\n${name} ${about.version} (${about.license ?? 'no licence named'})\n\n${text}\n`;
    })
    .join('\n');
}

// 'npm run build -- proxyd' is for somebody at work on one program: its bundle and nothing else.
const named = programs.filter((program) => process.argv.includes(program));
if (named.length > 0) {
  await Promise.all(named.map(bundleProgram));
  process.exit();
}

for (const folder of ['native', 'static']) {
  rmSync(join(dist, folder), { recursive: true, force: true });
  mkdirSync(join(dist, folder), { recursive: true });
}
const missing = programs.filter((program) => !existsSync(join(root, `packages/${program}/src/main.ts`)));
if (missing.length > 0) throw new Error(`no src/main.ts in ${missing.map((name) => `packages/${name}`).join(', ')}`);

const metafiles = await Promise.all(programs.map(bundleProgram));
chmodSync(join(dist, 'tshubctl.mjs'), 0o755);
copyAddons(join(dist, 'native'));
// Scripts and styles of the hub's pages are read from beside the program.
cpSync(join(root, 'packages/hubd/src/pages/static'), join(dist, 'static'), { recursive: true });
copyFileSync(join(root, 'docs/reference/tshub.toml'), join(dist, 'tshub.toml'));

const contents = programs.map((program, at) => [program, packagesOf(metafiles[at] as Metafile)] as const);
writeFileSync(join(dist, 'bundles.json'), `${JSON.stringify(Object.fromEntries(contents), null, 2)}\n`);
writeFileSync(join(dist, 'third-party-licences.txt'), licences(new Set(contents.flatMap(([, names]) => names))));
for (const [program, names] of contents) console.log(`  ${program}: ${names.length} npm packages`);
