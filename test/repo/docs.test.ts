import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../support/files.ts';

const root = join(import.meta.dirname, '../..');
const pages = [...filesBelow(join(root, 'docs'), '.md').map((page) => `docs/${page}`), 'README.md', 'test/README.md'];

test('every link between pages leads to a file', () => {
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/`[^`]*`/g, '');
    return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

test('every script that the README names is there', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  for (const [, script] of text.matchAll(/`(scripts\/[\w-]+)/g))
    expect(existsSync(join(root, script ?? '')), script).toBe(true);
});

test('the version is the same wherever it stands', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(readFileSync(join(root, 'packages/contract/src/version.ts'), 'utf8')).toContain(`'${version}'`);
  expect(readFileSync(join(root, 'debian/changelog'), 'utf8')).toMatch(
    new RegExp(`^tshub \\(${version.replaceAll('.', '\\.')}`),
  );
});
