// Exits 0 when node_modules holds what package-lock.json says, 1 when 'npm ci' is needed. Plain JavaScript: it runs before tsx is there.
import { existsSync, readFileSync } from 'node:fs';

const read = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).packages;
const addon = new URL('../node_modules/sqlite3/build/Release/node_sqlite3.node', import.meta.url);

let same = false;
try {
  const wanted = read('package-lock.json');
  const present = read('node_modules/.package-lock.json');
  // Optional packages are for other platforms and may be absent.
  const missing = Object.entries(wanted).filter(
    ([path, entry]) =>
      path.startsWith('node_modules/') &&
      !entry.optional &&
      !entry.devOptional &&
      present[path]?.version !== entry.version,
  );
  same = missing.length === 0 && existsSync(addon);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
process.exit(same ? 0 : 1);
