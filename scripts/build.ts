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
import { build, type Metafile, type Plugin } from 'esbuild';
import { packagesOf, programs, type Program } from './bundles.ts';

const root = new URL('..', import.meta.url).pathname;
const dist = join(root, 'dist');

// knex loads its drivers by name; only those of SQLite and PostgreSQL are shipped. dbus-next passes file descriptors with usocket and finds
// a session bus with x11; it does without either.
const notShipped = [
  'better-sqlite3',
  'mariadb/callback',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'tedious',
  'usocket',
  'x11',
];

/** The sqlite3 package looks for its addon in node_modules through `bindings`; in a bundle the addon is in ./native. */
const addonsBesideBundle: Plugin = {
  name: 'addons-beside-bundle',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'addon' }));
    esbuild.onLoad({ filter: /.*/, namespace: 'addon' }, () => ({
      contents: "const load = require; module.exports = (name) => load('./native/' + name);",
    }));
  },
};

async function bundle(program: Program): Promise<Metafile> {
  const result = await build({
    entryPoints: [join(root, `packages/${program}/src/main.ts`)],
    outfile: join(dist, `${program}.mjs`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    external: notShipped,
    plugins: [addonsBesideBundle],
    // CommonJS code inside still calls require.
    banner: {
      js: `${program === 'tshubctl' ? '#!/usr/bin/node\n' : ''}import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
    absWorkingDir: root,
    logLevel: 'warning',
  });
  return result.metafile;
}

/** One text with the licence of every npm package that is inside any bundle. */
function licences(names: ReadonlySet<string>): string {
  return [...names]
    .toSorted()
    .map((name) => {
      const folder = join(root, 'node_modules', name);
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
  await Promise.all(named.map(bundle));
  process.exit();
}

for (const folder of ['native', 'static']) {
  rmSync(join(dist, folder), { recursive: true, force: true });
  mkdirSync(join(dist, folder), { recursive: true });
}
const missing = programs.filter((program) => !existsSync(join(root, `packages/${program}/src/main.ts`)));
if (missing.length > 0) throw new Error(`no src/main.ts in ${missing.map((name) => `packages/${name}`).join(', ')}`);

const metafiles = await Promise.all(programs.map(bundle));
chmodSync(join(dist, 'tshubctl.mjs'), 0o755);
copyFileSync(join(root, 'packages/native/build/Release/tshub_native.node'), join(dist, 'native/tshub_native.node'));
copyFileSync(
  join(root, 'node_modules/sqlite3/build/Release/node_sqlite3.node'),
  join(dist, 'native/node_sqlite3.node'),
);
// Scripts and styles of the hub's pages are read from beside the program.
cpSync(join(root, 'packages/hubd/src/pages/static'), join(dist, 'static'), { recursive: true });
copyFileSync(join(root, 'docs/reference/tshub.toml'), join(dist, 'tshub.toml'));

const contents = programs.map((program, at) => [program, packagesOf(metafiles[at] as Metafile)] as const);
writeFileSync(join(dist, 'bundles.json'), `${JSON.stringify(Object.fromEntries(contents), null, 2)}\n`);
writeFileSync(join(dist, 'third-party-licences.txt'), licences(new Set(contents.flatMap(([, names]) => names))));
for (const [program, names] of contents) console.log(`  ${program}: ${names.length} npm packages`);
