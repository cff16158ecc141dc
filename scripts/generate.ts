/** Writes every generated document; with --check writes nothing and fails when one differs from what is committed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { catalog } from './generate/catalog.ts';
import { cliMan } from './generate/cli-man.ts';
import { configMan } from './generate/config-man.ts';
import { configSample } from './generate/config-sample.ts';
import { dbusXml } from './generate/dbus-xml.ts';
import { errorsPage } from './generate/errors-page.ts';
import { eventsPage } from './generate/events-page.ts';
import { openapi } from './generate/openapi.ts';
import { restPage } from './generate/rest-page.ts';
import { scopesPage } from './generate/scopes-page.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const documents = [
  catalog,
  cliMan,
  configMan,
  configSample,
  dbusXml,
  errorsPage,
  eventsPage,
  openapi,
  restPage,
  scopesPage,
].flatMap((make) => make());

let stale = 0;
for (const { path, text } of documents) {
  const file = join(root, path);
  const present = read(file);
  if (present === text) continue;
  stale++;
  if (check) console.error(`${path}: is not what its source says; run: npm run generate`);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale > 0) process.exitCode = 1;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
