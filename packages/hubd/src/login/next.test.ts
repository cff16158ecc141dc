import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownOrigins, safeNext } from './next.ts';

const origins = ['http://hub.example:8000', 'https://public.example'];

test.each([
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  'http://evil.example/',
  'https://hub.example:8000@evil.example/',
  'http://hub.example:8000.evil.example/',
  'http://hub.example:80000/',
  'http://user@hub.example:8000/',
  'https:evil.example',
  'http:/evil.example',
  'https:/\\evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  'evil.example',
  'hub/home',
  '?next=/',
  '#x',
  '',
])('%j is dropped', (next) => {
  expect(safeNext(next, origins)).toBe(next.replaceAll('\\', '%5C').startsWith('/%5C') ? '/%5Cevil.example' : null);
});

test.each([
  ['/hub/home', '/hub/home'],
  ['/user/ada/lab?x=1&y=%2F#top', '/user/ada/lab?x=1&y=%2F#top'],
  ['/%09/evil.example', '/%09/evil.example'],
  ['http://hub.example:8000/hub/home?x=1', '/hub/home?x=1'],
  ['https://public.example/user/ada/', '/user/ada/'],
  ['//hub.example:8000/hub/home', '/hub/home'],
  ['http://hub.example:8000//evil.example', '/evil.example'],
  ['http://HUB.example:8000/x', '/x'],
])('%j leads to %j', (next, path) => {
  expect(safeNext(next, origins)).toBe(path);
});

test('no text at all leads a browser away', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '//',
    ':',
    '@',
    '?',
    '#',
    '.',
    '..',
    '%2f',
    '%5c',
    '\t',
    '\n',
    ' ',
    'http:',
    'https:',
    'evil.example',
    'hub.example:8000',
    'public.example',
    'ä',
    '\u2028',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (next) => {
      const path = safeNext(next, origins);
      if (path === null) return;
      expect(path.startsWith('/')).toBe(true);
      expect(new URL(path, 'http://hub.example:8000').origin).toBe('http://hub.example:8000');
    }),
    { numRuns: 2000 },
  );
});

test('our own origins are what the browser asked for and public_url', () => {
  expect(ownOrigins({ protocol: 'http', host: '10.0.0.1:8000' }, 'https://hub.example.org/')).toEqual([
    'http://10.0.0.1:8000',
    'https://hub.example.org',
  ]);
  expect(ownOrigins({ protocol: 'http', host: 'bad host' }, '')).toEqual([]);
});
