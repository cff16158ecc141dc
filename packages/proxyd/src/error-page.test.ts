import { readdirSync, readFileSync } from 'node:fs';
import { schema } from '@tshub/config';
import { describe, expect, test } from 'vitest';
import { errorPage } from './error-page.ts';
import { lookOf } from './error-look.ts';
import { sentences } from './error-words.ts';

const refusal = {
  status: 503,
  says: 'The server is not answering <b>',
  advice: { text: 'a & b', link: { href: '/hub/home', text: 'home' } },
};

function headersOf({ headers }: { headers: string[] }): Record<string, string> {
  return Object.fromEntries(
    headers.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), headers[i + 1] ?? '']] : [])),
  );
}

describe('the error page', () => {
  test.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', false],
    [undefined, false],
    ['*/*', false],
    ['application/json', true],
    ['application/json, text/html', true],
    ['text/html, application/json', false],
    ['application/problem+json', true],
  ])('for Accept %j is JSON: %s', (accept, isJson) => {
    const page = errorPage(refusal, accept);
    expect(headersOf(page)['content-type']).toBe(isJson ? 'application/json' : 'text/html; charset=utf-8');
    if (isJson) expect(JSON.parse(page.body.toString())).toEqual({ status: 503, message: refusal.says });
  });

  test('nothing that is said becomes markup', () => {
    const html = errorPage(refusal, 'text/html').body.toString();
    expect(html).toContain('The server is not answering &lt;b&gt;');
    expect(html).toContain('a &amp; b <a href="/hub/home">home</a>');
  });

  test('no script can run on it, and its one style is allowed by hash', () => {
    const page = errorPage(refusal, 'text/html');
    const policy = headersOf(page)['content-security-policy'];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='/);
    expect(policy).not.toContain('unsafe');
    expect(page.body.toString()).not.toContain('<script');
  });

  test('its length is in bytes, it is not kept, and 503 says when to come back', () => {
    const page = errorPage({ status: 503, says: 'größer' }, 'text/html');
    expect(headersOf(page)).toMatchObject({
      'content-length': String(page.body.length),
      'cache-control': 'no-store',
      'retry-after': '5',
    });
    expect(headersOf(errorPage({ status: 400, says: '' }, undefined))).not.toHaveProperty('retry-after');
  });
});

describe('the house that runs the hub', () => {
  const look = (pages: object = {}) =>
    lookOf(
      schema.parse({ hub: { name: 'Physik & <Co>' }, pages: { color: '#7a1f5c', color_dark: '#f0a8d8', ...pages } }),
    );

  test('is on the page: name and colours, as text and by hash', () => {
    const { style, policy } = look();
    const html = errorPage(refusal, undefined, look()).body.toString();
    expect(html).toContain('<header>Physik &amp; &lt;Co&gt;</header>');
    expect(html).toContain(`<style>${style}</style>`);
    expect(style).toMatch(/scheme:light\)\{:root\{--accent:#7a1f5c\}\}.*scheme:dark\)\{:root\{--accent:#f0a8d8\}\}$/);
    expect(policy).not.toBe(lookOf(schema.parse({})).policy);
  });

  const german = { status: 503, says: 'The hub is not answering' };
  test.each([
    ['auto', undefined, 'de', 'de'],
    ['auto', undefined, 'fr, de-AT;q=0.8, en;q=0.5', 'de'],
    ['auto', undefined, 'en-GB, de', 'en'],
    ['auto', undefined, 'de;q=0, en', 'en'],
    ['auto', undefined, undefined, 'en'],
    ['auto', 'a=b; tshub-language=de', 'en', 'de'],
    ['auto', 'tshub-language=xx', 'en', 'en'],
    ['en', 'tshub-language=de', 'de', 'en'],
    ['de', undefined, 'en', 'de'],
  ])('with language %s, the cookie %s and Accept-Language %s it speaks %s', (language, cookie, asks, spoken) => {
    const html = errorPage(german, 'text/html', look({ language }), { cookie, asks }).body.toString();
    expect(html).toContain(`<html lang="${spoken}">`);
    expect(html).toContain(spoken === 'de' ? 'Der Hub antwortet nicht' : german.says);
    const json = errorPage(german, 'application/json', look({ language }), { cookie, asks }).body.toString();
    expect(json).toContain(german.says);
  });

  test('what nobody has translated is said to be English', () => {
    const html = errorPage(refusal, undefined, look({ language: 'de' })).body.toString();
    expect(html).toContain('<html lang="en">');
  });
});

test('every German sentence has its English one in the proxy', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder, { encoding: 'utf8' }).filter((name) => /(?<!\.test|error-words)\.ts$/.test(name));
  const source = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join();
  const said = (text: string): boolean =>
    text
      .replace(/^The (hub|server) /, '')
      .split('|')
      .every((part) => source.includes(part));
  expect(sentences.filter((text) => !said(text))).toEqual([]);
});
