import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '@tshub/config';
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

describe('a block', () => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o644 });
  const warned = () => expect.objectContaining({ level: 40, msg: expect.stringContaining('pages.blocks') });

  test('stands in its place, text as text and HTML as it is, in the language of the reader', async () => {
    write('login-top.txt', 'Members only: <b>https://lab.example.org</b>');
    write('login-bottom.html', '<p><a href="https://lab.example.org/help">Help</a></p>');
    write('login-bottom.de.html', '<p>Hilfe</p>');
    write('home-top.txt', 'Welcome home');
    write('home-bottom.txt', 'Leave the lights on');
    write('page-top.txt', 'Everywhere');
    write('footer.html', '<p>Run by <em>us</em></p>');
    await begin({ blocks: folder });
    const login = await read('/hub/login');
    expect(login).toContain('Members only: &lt;b&gt;<a href="https://lab.example.org"');
    expect(login).toContain('<a href="https://lab.example.org/help">Help</a>');
    const order = ['Everywhere', 'Members only', 'id="username_input"', '>Help<', 'Run by <em>us</em>'];
    const at = order.map((text) => login.indexOf(text));
    expect(at).toEqual(at.toSorted((left, right) => left - right));
    expect(at).not.toContain(-1);
    expect(login).not.toContain('Welcome home');
    expect((await t.browser().get('/hub/login', { 'Accept-Language': 'de' })).text).toContain('<p>Hilfe</p>');
    const home = (await (await makeRoot(t)).get('/hub/home')).text;
    for (const text of ['Welcome home', 'Leave the lights on', 'Everywhere']) expect(home).toContain(text);
    expect(home).not.toContain('Members only');
  });

  test.each([
    ['<script>alert(1)</script>', 'footer.html'],
    ['<p onclick="x()">', 'footer.html'],
    ['<svg onload="x()"/>', 'footer.html'],
    ['<svg/onload=x()>', 'footer.html'],
    ['<img src="x"onerror=x()>', 'footer.html'],
    ['<details ontoggle\n=x() open>', 'footer.html'],
    ['<p style="color:red">', 'footer.html'],
    ['<form action="/x">', 'footer.html'],
    ['<a href="javascript:alert(1)">x</a>', 'footer.html'],
    ['fine', 'sidebar.html'],
    ['x'.repeat(20_000), 'footer.txt'],
  ])('that holds %.40s as %s is not shown, and the journal says so', async (text, name) => {
    write(name, text);
    await begin({ blocks: folder });
    expect(await read('/hub/login')).not.toContain('class="block"');
    expect(t.logged).toContainEqual(warned());
  });

  test('is read anew with the settings, and not for each page', async () => {
    write('login-top.txt', 'closed on Friday');
    const pages = { blocks: folder };
    await begin(pages);
    expect(await read('/hub/login')).toContain('closed on Friday');
    write('login-top.txt', 'open on Friday');
    write('footer.txt', 'and new');
    expect(await read('/hub/login')).toContain('closed on Friday');
    t.hub.reload(schema.parse({ pages }));
    const after = await read('/hub/login');
    expect(after).toContain('open on Friday');
    expect(after).toContain('and new');
    rmSync(join(folder, 'login-top.txt'));
    t.hub.reload(schema.parse({ pages }));
    expect(await read('/hub/login')).not.toContain('on Friday');
  });

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', ['-m', '644', path])],
    ['a folder', (path: string) => mkdirSync(path, { mode: 0o755 })],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('that is %s is not shown, and holds nothing up', async (_, make) => {
    const logo = join(folder, 'logo.svg');
    make(join(folder, 'footer.txt'));
    make(logo);
    await begin({ blocks: folder, logo_file: logo });
    expect(await read('/hub/login')).not.toMatch(/class="block"|brand.logo/);
    const said = t.logged.filter(({ error }) => (error as Error | undefined)?.message === 'expected a plain file');
    expect(said).toHaveLength(2);
  });

  test('that others may write is not shown', async () => {
    write('footer.txt', 'of anybody');
    chmodSync(join(folder, 'footer.txt'), 0o666);
    await begin({ blocks: folder });
    expect(await read('/hub/login')).not.toContain('of anybody');
    expect(t.logged).toContainEqual(warned());
  });

  test('is not missed where there is no folder', async () => {
    await begin({ blocks: join(folder, 'none') });
    expect(await read('/hub/login')).not.toContain('class="block"');
    expect(t.logged).not.toContainEqual(warned());
  });
});
