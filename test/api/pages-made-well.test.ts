import { Router } from '@koa/router';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRoot } from '../support/admin-steps.ts';
import type { Answer, Browser } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { pagesTable } from '../support/pages-table.ts';

/** What a page may weigh with all that it loads, and how much of it scripts, in bytes. */
const most = { all: 100_000, scripts: 40_000 };

let t: TestHub;
let root: Browser;
let routes: readonly unknown[];

beforeAll(async () => {
  const get = vi.spyOn(Router.prototype, 'get');
  t = await hubForTest({ settings: { profiles: [{ name: 'small' }, { name: 'big' }] } });
  routes = get.mock.calls.flatMap(([path]) => path as unknown);
  get.mockRestore();
  root = await makeRoot(t);
  await t.user('ada');
  await t.api('/groups/class', { method: 'POST', token: await t.token('root-of-all') });
});
afterAll(() => t.close());

test('every route that can be opened has its row', () => {
  const named = routes.filter((route) => typeof route === 'string');
  expect(Object.keys(pagesTable).toSorted()).toEqual([...new Set(named)].toSorted());
});

const rows = Object.entries(pagesTable).flatMap(([route, row]) => ('at' in row ? [{ route, ...row }] : []));
const shown = [{ route: '/hub/login', at: '/hub/login', who: 'nobody' as const }, ...rows];

describe.each(shown)('$route', ({ at, ...row }) => {
  const open = (language: string): Promise<Answer> =>
    ('who' in row ? t.browser() : root).get(at, { 'Accept-Language': language });

  test('answers with a page', async () => {
    const answer = await open('en');
    expect(answer.status).toBe(('status' in row ? row.status : undefined) ?? 200);
    expect(answer.headers['content-type']).toContain('text/html');
  });

  test.each(['en', 'de'])('in %s has one heading, a language and names for its parts', async (language) => {
    const { text } = await open(language);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text.match(/<h1[ >]/g)).toHaveLength(1);
    expect(text).toMatch(/<main id="content"/);
    expect(text).not.toMatch(/\b(undefined|NaN|\[object)/);
  });

  test('has nothing inline, nothing from elsewhere, and is light', async () => {
    const { text, headers } = await open('en');
    expect(text).not.toMatch(/<style|<script(?![^>]* src="\/hub\/)|<[^>]* (?:style|on[a-z]+)="/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
    const loads = [...text.matchAll(/<(?:script|img|link)[^>]* (?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? '');
    expect(loads.filter((url) => !url.startsWith('/hub/'))).toEqual([]);
    let all = Buffer.byteLength(text);
    let scripts = 0;
    for (const url of new Set(loads)) {
      const size = Buffer.byteLength((await root.get(url)).text);
      all += size;
      if (url.includes('.js')) scripts += size;
    }
    expect(all).toBeLessThan(most.all);
    expect(scripts).toBeLessThan(most.scripts);
  });
});
