import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openapi } from '../../scripts/generate/openapi.ts';
import { factsOf } from '../support/openapi-facts.ts';
import { differences } from '../support/peer-differences.ts';

// JupyterHub's own document is no part of this repository: it is read from where it was put.
const file =
  process.env['TSHUB_PEER_OPENAPI'] ?? join(import.meta.dirname, '../../../shared/reference/jupyterhub-rest-api.yml');
const ours = factsOf(JSON.parse(openapi()[0]?.text ?? ''));

test('every path, method, parameter, status, field and scope of JupyterHub is here, but for the differences that are told', (context) => {
  context.skip(
    !existsSync(file),
    `There is no ${file}: set TSHUB_PEER_OPENAPI to the path of JupyterHub's rest-api.yml.`,
  );
  const missing = [...factsOf(parse(readFileSync(file, 'utf8')))].filter((fact) => !ours.has(fact));
  const told = Object.keys(differences);
  const covers = (entry: string, fact: string): boolean =>
    fact === entry || [' ', '.'].some((next) => fact.startsWith(entry + next));
  expect(missing.filter((fact) => !told.some((entry) => covers(entry, fact)))).toEqual([]);
  // What is told must still be so.
  expect(told.filter((entry) => !missing.some((fact) => covers(entry, fact)))).toEqual([]);
});
