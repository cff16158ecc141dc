import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootOnlyProblem } from './root-only.ts';

let folder: string;
let owners: Map<string, number>;
let hook: string;

// What the real file system says, but for the folders above the test's own, which are not the test's to choose; whoever runs it stands for root.
const look = (path: string) => {
  const found = Object.assign(lstatSync(path), { uid: owners.get(path) ?? 0 });
  return folder.startsWith(path) && path !== folder ? Object.assign(found, { mode: 0o40755 }) : found;
};
const problem = (path = hook) => rootOnlyProblem(path, look);

beforeEach(() => {
  owners = new Map();
  folder = mkdtempSync('/tmp/tshub-hook-');
  mkdirSync(`${folder}/hooks`, { mode: 0o755 });
  hook = `${folder}/hooks/prepare`;
  writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program that root alone can change is run', () => expect(problem()).toBeNull());

test('whoever else could change it, or a folder above it, would be root', () => {
  chmodSync(hook, 0o775);
  expect(problem()).toBe(`${hook} can be written by others than root`);
  chmodSync(hook, 0o755);
  chmodSync(`${folder}/hooks`, 0o757);
  expect(problem()).toBe(`${folder}/hooks can be written by others than root`);
  chmodSync(`${folder}/hooks`, 0o755);
  owners.set(hook, 1000);
  expect(problem()).toBe(`${hook} does not belong to root`);
});

test('neither a link nor what is not there is followed', () => {
  symlinkSync(hook, `${folder}/link`);
  expect(problem(`${folder}/link`)).toBe(`${folder}/link is a link: expected the path without links`);
  symlinkSync(`${folder}/hooks`, `${folder}/other`);
  expect(problem(`${folder}/other/prepare`)).toContain('is a link');
  expect(problem(`${hook}.old`)).toContain('does not exist');
});

test('what is no program is not run', () => {
  chmodSync(hook, 0o644);
  expect(problem()).toBe(`${hook} is not a program`);
  expect(problem(`${folder}/hooks`)).toBe(`${folder}/hooks is not a program`);
});

test('a folder that everybody can write to is no place for a hook', () => {
  expect(rootOnlyProblem('/tmp/hook')).toBe('/tmp can be written by others than root');
});
