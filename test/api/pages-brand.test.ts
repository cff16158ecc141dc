import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot } from '../support/admin-steps.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let folder: string;

async function begin(pages: NonNullable<NonNullable<Parameters<typeof hubForTest>[0]>['settings']>['pages']) {
  t = await hubForTest({ settings: { pages } });
}
const read = async (path: string): Promise<string> => (await t.browser().get(path)).text;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-brand-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await t.close();
});

describe('an announcement', () => {
  test('is on every page, errors too, and is only ever text', async () => {
    await begin({ announcement: 'Down on <b>Friday</b>, see https://status.example.org' });
    for (const path of ['/hub/login', '/hub/nothing']) {
      const page = await read(path);
      expect(page).toContain('Down on &lt;b&gt;Friday&lt;/b&gt;, see <a href="https://status.example.org"');
      expect(page).not.toContain('<b>');
    }
  });

  test('of a page stands in the place of the one of all', async () => {
    await begin({ announcement: 'for all', announcements: { login: 'at the door', admin: '' } });
    expect(await read('/hub/login')).toContain('at the door');
    expect(await read('/hub/login')).not.toContain('for all');
    const root = await makeRoot(t);
    expect((await root.get('/hub/home')).text).toContain('for all');
    expect((await root.get('/hub/admin')).text).not.toContain('class="announcement"');
  });
});

test('colours are a stylesheet of their own, and there is none without them', async () => {
  await begin({ color: '#7a1f5c' });
  const address = /href="(\/hub\/brand\/style\.css[^"]*)"/.exec(await read('/hub/login'))?.[1] ?? '';
  const style = await t.browser().get(address);
  expect(style.headers['content-type']).toContain('text/css');
  expect(style.headers['cache-control']).toContain('immutable');
  // Dark pages keep ours, on which it could not be read.
  expect(style.text).toMatch(/^@media \(prefers-color-scheme: light\) \{ :root \{ --accent: #7a1f5c;[^@]*$/);
  await t.close();
  await begin({});
  expect(await read('/hub/login')).not.toContain('/hub/brand/style.css');
  expect((await t.browser().get('/hub/brand/style.css')).status).toBe(404);
});

describe('a logo', () => {
  test('is on every page; opened as a document it may run nothing', async () => {
    const path = join(folder, 'logo.svg');
    writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await begin({ logo_file: path });
    const address = /<img src="(\/hub\/brand\/logo[^"]*)"/.exec(await read('/hub/login'))?.[1] ?? '';
    const logo = await t.browser().get(address);
    expect([logo.status, logo.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(logo.headers['content-security-policy']).toContain('sandbox');
  });

  test('that cannot be read leaves ours, and the journal says so', async () => {
    await begin({ logo_file: join(folder, 'gone.png') });
    expect(await read('/hub/login')).toContain('<img src="/hub/static/logo.svg');
    expect(t.logged).toContainEqual(expect.objectContaining({ level: 40, msg: expect.stringContaining('logo_file') }));
  });
});

test('the foot of a page says what the administrator wrote', async () => {
  await begin({ footer: 'Ask the desk in room 3' });
  expect(await read('/hub/login')).toContain('<p>Ask the desk in room 3</p>');
});
