import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../support/files.ts';

const root = join(import.meta.dirname, '../..');
const hubd = join(root, 'packages/hubd/src');

/** Rooms of hubd from the ground up: a room imports only from rooms before it; what it needs from a later one is passed in by hub.ts. */
const order = [
  ['db', 'caller', 'metrics'],
  ['access'],
  ['users', 'groups', 'services', 'audit'],
  ['roles'],
  ['tokens', 'proxy'],
  ['servers'],
  ['activity', 'shares', 'oauth', 'login'],
  ['pages', 'info', 'hub1', 'peer-import'],
  ['hub'],
  ['main'],
];

function roomOf(file: string): string {
  const [first = ''] = relative(hubd, file).split('/');
  return first
    .replace(/\.ts$/, '')
    .replace(/^hub1-.*/, 'hub1')
    .replace(/^hub-.*/, 'hub');
}

function floorOf(room: string): number {
  return order.findIndex((floor) => floor.includes(room));
}

/** Imports of values; types are seams and may be named from anywhere. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^import (?!type )[^;]*? from '(\.[^']+)';/gms)]
    .filter(([statement]) => !/^import \{(\s*type [\w ]+,?)+\s*\}/s.test(statement))
    .map(([, path]) => join(file, '..', path ?? ''));
}

const sources = filesBelow(hubd, '.ts')
  .map((name) => join(hubd, name))
  .filter((file) => !file.endsWith('.test.ts'));

test('every room of hubd has its floor', () => {
  expect(sources.map(roomOf).filter((room) => floorOf(room) < 0)).toEqual([]);
});

test('a room of hubd imports only from rooms below it', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((target) => roomOf(target) !== roomOf(file) && floorOf(roomOf(target)) >= floorOf(roomOf(file)))
      .map((target) => `${relative(hubd, file)} -> ${relative(hubd, target)}`),
  );
  expect(wrong).toEqual([]);
});

/** What the process that is root may be made of. */
test('spawnerd and authd reach neither HTTP nor a database', () => {
  for (const name of ['spawnerd', 'authd']) {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const forbidden of ['@tshub/http', '@tshub/client', 'koa', 'knex', 'sqlite3'])
      expect(Object.keys(dependencies)).not.toContain(forbidden);
  }
});
