// Compares what is in each bundle of dist/ with packages/*/bundle.txt: one npm package a line, so that a new third-party package
// inside a program, above all inside the ones that run as root, is a line in a diff. With --write it updates the lists.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from './bundles.ts';

const root = new URL('..', import.meta.url).pathname;
const built = join(root, 'dist/bundles.json');
if (!existsSync(built)) {
  console.error('check-bundles: no dist/bundles.json; run scripts/build first');
  process.exit(1);
}
const contents = JSON.parse(readFileSync(built, 'utf8')) as Record<string, readonly string[]>;

let differ = false;
for (const program of programs) {
  const list = join(root, `packages/${program}/bundle.txt`);
  const found = (contents[program] ?? []).map((name) => `${name}\n`).join('');
  if (process.argv.includes('--write')) {
    writeFileSync(list, found);
    continue;
  }
  const promised = existsSync(list) ? readFileSync(list, 'utf8') : '';
  if (promised === found) continue;
  differ = true;
  const before = new Set(promised.split('\n'));
  const now = new Set(found.split('\n'));
  for (const name of now)
    if (!before.has(name))
      console.error(`packages/${program}/bundle.txt: ${name} is in the bundle but not in the list`);
  for (const name of before)
    if (!now.has(name)) console.error(`packages/${program}/bundle.txt: ${name} is in the list but not in the bundle`);
}
if (differ) {
  console.error(
    "check-bundles: if that is meant, run 'npx tsx scripts/check-bundles.ts --write' and say in the commit what was weighed",
  );
  process.exit(1);
}
