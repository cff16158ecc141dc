// How a program becomes one ESM file with its two native addons beside it.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;

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

export interface BundleOptions {
  readonly entry: string;
  readonly outfile: string;
  readonly firstLine?: string;
}

export async function bundle({ entry, outfile, firstLine }: BundleOptions): Promise<Metafile> {
  const result = await build({
    entryPoints: [entry],
    outfile,
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
      js: `${firstLine === undefined ? '' : `${firstLine}\n`}import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
    absWorkingDir: root,
    logLevel: 'warning',
  });
  return result.metafile;
}

/** A bundle looks for its addons in `native` beside it. */
export function copyAddons(folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'packages/native/build/Release/tshub_native.node'), join(folder, 'tshub_native.node'));
  copyFileSync(join(root, 'node_modules/sqlite3/build/Release/node_sqlite3.node'), join(folder, 'node_sqlite3.node'));
}
