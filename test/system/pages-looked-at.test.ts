import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pagesTable } from '../support/pages-table.ts';
import { openBrowser } from './support/browser.ts';
import { eventually } from './support/machine.ts';
import { fillLogin, logIn } from './support/pages.ts';
import { visitorWithServer } from './support/server.ts';
import { withoutSettings, withSettings } from './support/settings.ts';
import { machine, stopServer } from './support/suite.ts';

// Every page of the table, by an administrator whose server runs. With TSHUB_SCREENSHOTS=FOLDER (scripts/screenshots) each is kept as a picture.
const shots = process.env['TSHUB_SCREENSHOTS'] ?? '';
/** Pages about a start are those of somebody whose server does not run: hers does. */
const elsewhere: Readonly<Record<string, string>> = {
  '/hub/spawn': '/hub/spawn/bob',
  '/hub/spawn-pending/root-of-all': '/hub/spawn-pending/bob',
};
const pages = Object.entries(pagesTable).flatMap(([route, row]) =>
  'at' in row ? [{ name: nameOf(route), at: (elsewhere[row.at] ?? row.at).replaceAll('root-of-all', 'grace') }] : [],
);
const views = [
  { width: 1100, colorScheme: 'light', locale: 'en-US' },
  { width: 320, colorScheme: 'dark', locale: 'de-DE' },
  ...(shots === '' ? [] : [{ width: 768, colorScheme: 'light', locale: 'en-US' } as const]),
] as const;

let browser: Browser | undefined;
beforeAll(async () => {
  if (shots !== '') mkdirSync(shots, { recursive: true });
  await stopServer('grace');
  await stopServer('bob');
  await machine.run(['tshubctl', 'user', 'create', 'ada', 'bob'], { fails: true });
  await machine.run(['tshubctl', 'group', 'create', 'class', '--user', 'ada'], { fails: true });
  // Before there are profiles, which would be asked for first.
  await visitorWithServer('grace');
  await withSettings(
    '[hub]\nallow_named_servers = true\n[pages]\nannouncement = "Maintenance on Friday from 18:00."\n[[profiles]]\nname = "small"\ntitle = "JupyterLab"\ndescription = "For most courses."\n[[profiles]]\nname = "big"\ntitle = "JupyterLab with more memory"\n[profiles.options.memory]\ntitle = "Memory"\nsetting = "mem_limit"\nvalues = ["2G", "4G"]\ndefault = "2G"\n',
  );
  // With a named one that runs, whose row has a second one below it.
  await machine.run(['tshubctl', 'server', 'start', 'grace', 'lab', '--profile=small']);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stopServer('grace');
  await machine.run(['tshubctl', 'server', 'stop', 'grace', 'lab'], { fails: true });
  await machine.run(['tshubctl', 'group', 'delete', 'class'], { fails: true });
  await withoutSettings();
});

const theBrowser = (): Browser => browser ?? expect.fail('there is no browser');

test.for(views)(
  'at $width px, $colorScheme, $locale: nothing is wrong that axe finds, and nothing is too wide',
  async (view) => {
    // axe is a script of ours in a page that lets no script in; the policy itself is watched in pages-user and admin.
    const context = await theBrowser().newContext({
      // High enough that what sticks to the bottom covers nothing in a picture.
      viewport: { width: view.width, height: 1200 },
      colorScheme: view.colorScheme,
      locale: view.locale,
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    const strangers: string[] = [];
    context.on('request', (request) => {
      if (!request.url().startsWith(machine.url)) strangers.push(request.url());
    });
    const page = await context.newPage();
    const found: string[] = [];
    const look = async (name: string): Promise<void> => {
      if (shots !== '') await page.screenshot({ path: join(shots, `${name}-${view.width}.png`), fullPage: true });
      found.push(...(await examine(page)).map((one) => `${name}: ${one}`));
    };
    await page.goto(`${machine.url}/hub/login`);
    await look('login');
    await logIn(page, 'grace');
    for (const { name, at } of pages) {
      await page.goto(`${machine.url}${at}`);
      await look(name);
    }
    await context.close();
    expect(found).toEqual([]);
    expect(strangers).toEqual([]);
  },
);

test('at 200 % zoom a home page of half the width is all there', async () => {
  const context = await theBrowser().newContext({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  await logIn(page, 'grace');
  expect(await tooWide(page)).toBe(0);
  await context.close();
});

test('from the login to the logout without a mouse', async () => {
  const context = await theBrowser().newContext();
  const page = await context.newPage();
  await page.goto(`${machine.url}/hub/login?next=%2Fhub%2Fhome`);
  // The first field has the focus already.
  expect(await page.evaluate('document.activeElement.id')).toBe('username_input');
  await fillLogin(page, 'grace');
  await page.waitForURL('**/hub/home');
  await reach(page, 'stop');
  await page.keyboard.press('Enter');
  await eventually('the server stops', async () => (await page.locator('#start').count()) > 0, 60);
  await reach(page, 'start');
  const { outlineStyle, boxShadow } = await page.evaluate<{ outlineStyle: string; boxShadow: string }>(
    '(({ outlineStyle, boxShadow }) => ({ outlineStyle, boxShadow }))(getComputedStyle(document.activeElement))',
  );
  expect(outlineStyle !== 'none' || boxShadow !== 'none').toBe(true);
  await reach(page, 'logout');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/hub\/(?:logout|login)/);
  await context.close();
});

/** Presses Tab until the element has the focus. */
async function reach(page: Page, id: string): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    const now = String(await page.evaluate('document.activeElement.id'));
    if (now === id) return;
    seen.push(now);
  }
  throw new Error(`Tab does not lead to #${id}, only to ${[...new Set(seen)].join(', ')}`);
}

/** What axe calls serious or critical, and whether one must scroll sideways. */
async function examine(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    violations: Array<{ id: string; impact: string; nodes: Array<{ html: string }> }>;
  }>("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })");
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const wide = await tooWide(page);
  return [
    ...serious.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    ),
    ...(wide > 0 ? [`${wide} px too wide`] : []),
  ];
}

async function tooWide(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
}

/** `/hub/admin/users/:name` -> `admin-users-name`. */
function nameOf(route: string): string {
  return (
    route
      .replace(/^\/hub\/?/, '')
      .replaceAll(/[^a-z]+/g, '-')
      .replace(/^-|-$/g, '') || 'hub'
  );
}
