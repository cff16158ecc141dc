import { describe, expect, test } from 'vitest';
import { errorPage } from './error-page.ts';

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
