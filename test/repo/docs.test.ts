import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSettings } from '@tshub/config';
import { program } from '@tshub/tshubctl';
import { expect, test } from 'vitest';
import { readPage } from '../docs/page.ts';
import { filesBelow } from '../support/files.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');
const pages = [...filesBelow(join(root, 'docs'), '.md').map((page) => `docs/${page}`), 'README.md', 'test/README.md'];

test('every link between pages leads to a file', () => {
  const broken = pages.flatMap((page) => {
    const text = textOf(page).replace(/`[^`]*`/g, '');
    return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

test('every script that a page names is there', () => {
  const named = pages.flatMap((page) => [...textOf(page).matchAll(/\bscripts\/[\w-]+/g)].map(([script]) => script));
  expect(named).toContain('scripts/demo');
  expect(named.filter((script) => !existsSync(join(root, script)))).toEqual([]);
});

test('every example of settings is good', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-docs-'));
  const file = join(folder, 'tshub.toml');
  const examples = pages.flatMap((page) =>
    [...textOf(page).matchAll(/^ *```toml\n(.*?)```/gms)].map(([, text]) => text ?? ''),
  );
  expect(examples).not.toEqual([]);
  for (const example of examples) {
    writeFileSync(file, example);
    expect(() => loadSettings({ file, dropins: `${folder}.d` }), example).not.toThrow();
  }
  rmSync(folder, { recursive: true });
});

test('every block of a tutorial or how-to is followed by test/docs, or says why not', () => {
  const guides = pages.filter((page) => /^docs\/(tutorial|how-to)\//.test(page));
  expect(guides.length).toBeGreaterThan(15);
  const unclear = guides.flatMap((page) => {
    try {
      readPage(textOf(page));
      return [];
    } catch (error) {
      return [`${page}: ${String(error)}`];
    }
  });
  expect(unclear).toEqual([]);
});

test('every command of tshubctl that a page names is one', () => {
  const nouns = new Map(
    (program.commands ?? []).map((one) => [one.name, (one.commands ?? []).map(({ name }) => name)]),
  );
  const unknown = pages.flatMap((page) =>
    [...textOf(page).matchAll(/[`\n ]tshubctl ([a-z-]+) ?([a-z-]*)/g)]
      .filter(([, noun = '', verb = '']) => {
        const verbs = nouns.get(noun);
        return verbs === undefined || (verbs.length > 0 && verb !== '' && !verbs.includes(verb));
      })
      .map(([command]) => `${page}: ${command.trim()}`),
  );
  expect(unknown).toEqual([]);
});

test('the version is the same wherever it stands', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(readFileSync(join(root, 'packages/contract/src/version.ts'), 'utf8')).toContain(`'${version}'`);
  expect(readFileSync(join(root, 'debian/changelog'), 'utf8')).toMatch(
    new RegExp(`^tshub \\(${version.replaceAll('.', '\\.')}`),
  );
});
