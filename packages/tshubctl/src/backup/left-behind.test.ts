import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adviceOn, leftBehind } from './left-behind.ts';

let folder: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshubctl-left-'));
  place = join(folder, 'tshub');
  mkdirSync(place);
});
afterEach(() => rmSync(folder, { recursive: true }));

const advice = async () => adviceOn(await leftBehind([{ path: place }]));

test('a host without restores has nothing to tell, whatever is called nearly so', async () => {
  mkdirSync(`${place}-proxy`);
  expect(await advice()).toEqual([]);
});

test('what a restore kept is told, with how to be rid of it', async () => {
  mkdirSync(`${place}.before-restore-20261126-120000`);
  expect(await advice()).toEqual([expect.stringMatching(/^from before a restore: .*: rm -r .*-120000$/)]);
});

test('a restore that was killed between its renames is told, with how to go back', async () => {
  const before = `${place}.before-restore-20261126-120000`;
  renameSync(place, before);
  mkdirSync(join(folder, '.tshub.restore-Ab12'));
  expect(await advice()).toEqual([
    `a restore was cut off: ${place} is not there; restore again, or go back: mv ${before} ${place}`,
    expect.stringMatching(/^unpacked by a restore that was cut off: .*\.tshub\.restore-Ab12;/),
  ]);
});
