import { readdirSync, readFileSync } from 'node:fs';
import { pageLanguages } from '@tshub/config';
import { describe, expect, test } from 'vitest';
import { adminStrings } from '../strings-admin.ts';
import { strings } from '../strings.ts';
import { sayAgo, sayBytes, saySeconds, sayUntil } from '../words.ts';
import { language, speakIn } from './language.ts';
import { scopeWords } from './scopes.ts';

const pagesFolder = new URL('../', import.meta.url);
const tables = { strings, adminStrings, scopeWords };

/** Every sentence of a table with the way to it. */
function* leaves(table: object, way: readonly string[] = []): Generator<readonly [readonly string[], unknown]> {
  for (const [key, value] of Object.entries(table))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield* leaves(value, [...way, key]);
    else yield [[...way, key], value];
}

describe.each(Object.entries(tables))('%s', (_, table) => {
  const english = speakIn('en', () => new Map([...leaves(table)].map(([way, value]) => [way.join('.'), value])));

  test.each(pageLanguages.filter((known) => known !== 'en'))('says all in %s, with as many gaps to fill', (known) => {
    const other = speakIn(known, () => new Map([...leaves(table)].map(([way, value]) => [way.join('.'), value])));
    expect([...other.keys()]).toEqual([...english.keys()]);
    for (const [way, value] of other) {
      expect(typeof value, way).toBe(typeof english.get(way));
      expect(value, way).not.toBe('');
      if (typeof value === 'function') expect(value.length, way).toBe((english.get(way) as () => string).length);
    }
  });
});

test('every sentence is said somewhere', () => {
  const sources = readdirSync(pagesFolder, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith('.ts') &&
        !/(\.test|strings(-admin|-admin-servers|-own)?)\.ts$/.test(name) &&
        !name.includes('languages/de'),
    )
    .map((name) => readFileSync(new URL(name, pagesFolder), 'utf8'));
  const source = [...sources, readFileSync(new URL('strings.ts', pagesFolder), 'utf8').split('} as const;')[1]].join();
  const lists = { strings, adminStrings };
  const unsaid = speakIn('en', () => Object.values(lists).flatMap((table) => [...leaves(table)]))
    .map(([way]) => way)
    // By its name, or its list is looked into by a key.
    .filter(
      (way) =>
        !new RegExp(`\\.${way.at(-1)}\\b|[{,] *${way.at(-1)}\\b`).test(source) &&
        !new RegExp(`\\b${way.at(-2)}(\\[|\\)|,| \\})`).test(source),
    )
    .map((way) => way.join('.'));
  expect(unsaid).toEqual([]);
});

test('a sentence is for a reader: there is none while modules load', () => {
  expect(() => strings.home.title).toThrow('while a request is answered');
  expect(() => language()).toThrow();
});

test('German reads times and sizes in its own way', () => {
  const said = speakIn('de', () => [
    sayAgo(0, 120_000),
    sayAgo(0, 1000),
    sayUntil(3 * 86_400_000, 0),
    sayBytes(1536),
    sayBytes(7),
    saySeconds(3 * 86_400),
  ]);
  expect(said).toEqual(['vor 2 Minuten', 'gerade eben', 'in 3 Tagen', '1,5 KiB', '7 Bytes', '3 Tage']);
});
