import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileRoutesStore, type StoredRoute } from './routes-store.ts';

const route: StoredRoute = {
  prefix: '/user/ada/',
  target: 'unix:/run/tshub-servers/1/sock',
  uid: 1000,
  data: { user: 'ada' },
  lastActivity: 1_700_000_000_123,
};

let folder: string;
let file: string;
let lines: string[];
let store: FileRoutesStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-routes-'));
  file = join(folder, 'state', 'routes.json');
  lines = [];
  store = new FileRoutesStore(
    file,
    makeLog({ name: 'test', output: { write: (line: string) => void lines.push(line) } }),
  );
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the file of routes', () => {
  test('what was saved is loaded', async () => {
    await store.save(() => [route]);
    expect(await store.load()).toEqual([route]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'state'))).toEqual(['routes.json']);
  });

  test('without a file there are no routes, and nothing to say about it', async () => {
    expect(await store.load()).toEqual([]);
    expect(lines).toEqual([]);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"routes":[]}',
    '{"version":1,"routes":[{"prefix":1}]}',
    '{"version":1,"routes":[null]}',
  ])('a damaged file, %j, is a warning and no routes', async (text) => {
    await store.save(() => []);
    writeFileSync(file, text);
    expect(await store.load()).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('starting without routes');
  });

  test('saves that come together end with the newest, and each waits until it is written', async () => {
    const routes: StoredRoute[] = [];
    const saves = Array.from({ length: 20 }, (_, i) => {
      routes.push({ ...route, prefix: `/user/u${i}/` });
      return store.save(() => routes.slice());
    });
    await saves[19];
    expect(JSON.parse(readFileSync(file, 'utf8')).routes).toHaveLength(20);
    await Promise.all(saves);
  });

  test('a save that fails says so and does not hinder the next', async () => {
    writeFileSync(join(folder, 'state'), 'in the way');
    await expect(store.save(() => [route])).rejects.toThrow();
    rmSync(join(folder, 'state'));
    await store.save(() => [route]);
    expect(await store.load()).toEqual([route]);
  });
});
