import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { eventually } from './support/machine.ts';
import { machine, passwords, stopServer } from './support/suite.ts';

const shots = join(import.meta.dirname, '../../test-results/screenshots');
const admin = `${machine.url}/hub/admin`;
/** A name that would run, were it ever taken for HTML. */
const hostile = '<img src=x onerror=alert(1)>';
const made = [...Array.from({ length: 60 }, (_, i) => `pupil${String(i).padStart(2, '0')}`), hostile];

let browser: Browser;
let context: BrowserContext;
let page: Page;
const wrong: string[] = [];

async function logIn(into: Page, name: 'ada' | 'grace'): Promise<void> {
  await into.goto(`${machine.url}/hub/login?next=%2Fhub%2Fhome`);
  await into.fill('#username_input', name);
  await into.fill('#password_input', passwords[name]);
  await into.click('#login_submit');
  await into.waitForURL('**/hub/home');
}

/** Whatever a page does that it should not. */
function watch(one: Page): void {
  one.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  one.on('pageerror', (error) => wrong.push(error.message));
  one.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) wrong.push(message.text());
  });
}

/** The line of a server in the list; `ada/` is ada's default one. */
const line = (server: string) => page.locator(`[data-live="${server}"]`);
const shown = async (): Promise<string[]> => page.locator('.people tbody th > a').allTextContents();

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  await stopServer('ada');
  await stopServer('bob');
  for (const name of ['ada', 'bob']) await machine.run(['tshubctl', 'user', 'create', name], { fails: true });
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  watch(page);
  await logIn(page, 'grace');
});
afterAll(async () => {
  await browser.close();
  for (const name of ['ada', 'bob']) await stopServer(name);
  await machine.run(['tshubctl', 'group', 'delete', 'school'], { fails: true });
  await machine.run(['tshubctl', 'user', 'delete', ...made], { fails: true });
});

// One story in order: each test goes on where the one before stopped.
describe('an administrator', () => {
  test('finds the way from the home page, and adds many users at once', async () => {
    await page.click('text=Administration');
    await page.click('text=Add users');
    await page.fill('#names', [...made, 'bob', '../etc'].join('\n'));
    await page.click('button:has-text("Add")');
    await page.waitForSelector('text=61 users were made.');
    const refused = await page.locator('.refusals').innerText();
    expect(refused).toContain('../etc');
    expect(refused).toContain('There is a user of this name already.');
    await page.screenshot({ path: join(shots, 'admin-added.png') });
  });

  test('searches over all pages, and turns them', async () => {
    await page.goto(admin);
    await page.click('[rel="next"]');
    await page.waitForURL('**after=**');
    await page.fill('#name_filter', 'PUPIL5');
    await page.press('#name_filter', 'Enter');
    await page.waitForSelector('text=10 users match.');
    expect(await shown()).toEqual(Array.from({ length: 10 }, (_, i) => `pupil5${i}`));
    await page.goBack();
    await page.waitForURL('**after=**');
  });

  test('starts a server, sees it running with its use against the limit, and it comes first', async () => {
    await page.goto(`${admin}?name_filter=ada`);
    await line('ada/').getByRole('button', { name: 'Start' }).click();
    // The line is kept fresh by the page itself.
    await line('ada/').locator('.badge.ready').waitFor({ timeout: 90_000 });
    await page.goto(admin);
    expect((await shown())[0]).toBe('ada');
    await line('ada/').locator('.load').first().waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(shots, 'admin.png') });
    expect(await machine.show('tshub-server-ada.service', 'ActiveState')).toEqual({ ActiveState: 'active' });
  });

  test('opens it, asked once whether', async () => {
    const other = await context.newPage();
    watch(other);
    await other.goto(admin);
    await other.locator('[data-live="ada/"]').getByRole('link', { name: 'Open' }).click();
    await other.click('button:has-text("Allow")');
    await other.waitForURL('**/user/ada/**', { timeout: 60_000 });
    await other.close();
  });

  test('changes its limits, and is told what is not allowed', async () => {
    await line('ada/').getByRole('link', { name: 'Limits' }).click();
    await page.fill('#tasks_max', 'lots');
    await page.click('button:has-text("Set limits")');
    await page.waitForSelector('text=found "lots"');
    await page.fill('#tasks_max', '321');
    await page.click('button:has-text("Set limits")');
    await page.waitForSelector('text=The server has the new limits until it ends.');
    expect(await machine.show('tshub-server-ada.service', 'TasksMax')).toEqual({ TasksMax: '321' });
    await page.screenshot({ path: join(shots, 'admin-user.png'), fullPage: true });
  });

  test('acts on those who are ticked, with a bar that follows it', async () => {
    await page.goto(`${admin}?name_filter=pupil5`);
    await page.check('#select-all');
    expect(await page.locator('input[name="user"]:checked').count()).toBe(10);
    await page.uncheck('input[value="pupil50"]');
    await machine.run(['tshubctl', 'group', 'create', 'school'], { fails: true });
    await page.selectOption('#action', 'join');
    await page.fill('#to-group', 'school');
    await page.click('#bulk button');
    await page.waitForSelector('text=All done.');
    expect(await page.locator('progress').getAttribute('value')).toBe('9');
    await page.goto(`${admin}?group=school`);
    await page.waitForSelector('text=9 users match.');
  });

  test('stops all that match, after a question', async () => {
    await page.goto(`${admin}?state=active`);
    await page.check('input[name="whom"][value="all"]');
    await page.selectOption('#action', 'stop');
    await page.click('#bulk button');
    await page.click('button:has-text("Stop the servers of 1 user")');
    await page.waitForSelector('text=All done.', { timeout: 60_000 });
    expect(await machine.show('tshub-server-ada.service', 'ActiveState')).toEqual({ ActiveState: 'inactive' });
  });

  test('does all of that with the keyboard', async () => {
    await page.goto(admin);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const reach = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 80; i += 1) {
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(wanted)})`)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${wanted} was not reached`);
    };
    await reach('#name_filter');
    await page.keyboard.type('bob');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 user matches.');
    await reach('[data-live="bob/"] button');
    const visible = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(visible).not.toBe('none');
    await page.keyboard.press('Enter');
    await line('bob/').locator('.badge.ready').waitFor({ timeout: 90_000 });
    await stopServer('bob');
  });

  test('sees names that are HTML as text, everywhere', async () => {
    const role = { description: hostile, scopes: 'list:users' };
    await page.goto(`${admin}/roles`);
    await page.fill('#name', 'hostile-role');
    await page.fill('#description', role.description);
    await page.fill('#scopes', role.scopes);
    await page.click('button:has-text("Make a role")');
    await page.waitForSelector('text=It was made.');
    await page.goto(`${admin}/groups`);
    await page.fill('#name', hostile);
    await page.click('button:has-text("Make a group")');
    await page.waitForSelector('text=It was made.');
    await page.fill('#user', hostile);
    await page.click('button:has-text("Add a user")');
    await page.fill('#properties', JSON.stringify({ a: `</textarea><script>alert(2)</script>${hostile}` }));
    await page.click('button:has-text("Save")');
    await page.waitForSelector('text=The changes were saved.');
    const name = encodeURIComponent(hostile);
    for (const path of ['', `?name_filter=${name}&group=${name}`, `/users/${name}`, `/users/${name}/delete`, '/groups'])
      expect([path, (await page.goto(`${admin}${path}`))?.status()]).toEqual([path, 200]);
    for (const path of [
      `/groups/${name}`,
      '/roles',
      '/roles/hostile-role',
      '/tokens',
      '/activity',
      `/activity?user=${name}`,
    ])
      expect([path, (await page.goto(`${admin}${path}`))?.status()]).toEqual([path, 200]);
    for (const group of [hostile]) {
      await page.goto(`${admin}/groups/${encodeURIComponent(group)}`);
      await page.click('summary');
      await page.click('button.danger');
    }
    await page.goto(`${admin}/roles/hostile-role`);
    await page.click('summary');
    await page.click('button.danger');
    await page.waitForSelector('text=It was deleted.');
    expect(wrong).toEqual([]);
  });

  test('deletes a user after words and a name', async () => {
    const name = encodeURIComponent(hostile);
    await page.goto(`${admin}/users/${name}`);
    await page.click('a.danger');
    await page.screenshot({ path: join(shots, 'admin-delete.png') });
    await page.fill('#confirm', 'somebody else');
    await page.click('button.danger');
    await page.waitForSelector('text=Nothing was deleted');
    await page.fill('#confirm', hostile);
    await page.click('button.danger');
    await page.waitForSelector('text=The user was deleted.');
  });

  test('reads who did all this', async () => {
    await page.goto(`${admin}/activity?kind=change`);
    const text = await page.locator('main').innerText();
    expect(text).toContain('was deleted by grace');
    expect(text).toContain('grace (');
    await page.screenshot({ path: join(shots, 'admin-activity.png') });
    const [entry] = (await machine.journal('TSHUB_EVENT=limits-changed', 'TSHUB_BY=grace')).slice(-1);
    expect(entry).toMatchObject({ TSHUB_VIA: 'cookie', TSHUB_USER: 'ada' });
  });
});

describe('the pages', () => {
  test.each(['', '/add-users', '/users/ada', '/groups', '/roles', '/services', '/tokens', '/activity'])(
    '/hub/admin%s fit on a screen of 320 pixels, and weigh little',
    async (path) => {
      await page.setViewportSize({ width: 320, height: 640 });
      const response = await page.goto(`${admin}${path}`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
      expect((await response?.body())?.length).toBeLessThan(100_000);
      await page.setViewportSize({ width: 1280, height: 900 });
    },
  );

  test('work without JavaScript: start, stop, many at once', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
    page = await plain.newPage();
    await logIn(page, 'grace');
    await page.goto(`${admin}?name_filter=bob`);
    await page.check('input[name="user"][value="bob"]');
    await page.click('#bulk button');
    // The page loads itself again until it is over.
    await page.waitForSelector('text=All done.', { timeout: 90_000 });
    await page.goto(`${admin}?name_filter=bob`);
    await line('bob/').locator('.badge.ready').waitFor();
    await line('bob/').getByRole('button', { name: 'Stop' }).click();
    // Here as well, until it has stopped.
    await line('bob/').locator('.badge.stopped').waitFor({ timeout: 60_000 });
    expect(await machine.show('tshub-server-bob.service', 'ActiveState')).toEqual({ ActiveState: 'inactive' });
    await plain.close();
  });

  test('go on after a restart of the hub, take a button that is pressed twice once, and say so when the session has ended', async () => {
    const own = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await own.newPage();
    watch(page);
    await logIn(page, 'grace');
    await page.goto(`${admin}?name_filter=bob`);
    await machine.run(['systemctl', 'restart', 'tshub']);
    await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
    await line('bob/').getByRole('button', { name: 'Start' }).dblclick();
    await line('bob/').locator('.badge.ready').waitFor({ timeout: 90_000 });
    await own.clearCookies();
    await line('bob/').getByRole('button', { name: 'Stop' }).click();
    await page.waitForSelector('a[href^="/hub/login"]');
    expect(await machine.show('tshub-server-bob.service', 'ActiveState')).toEqual({ ActiveState: 'active' });
    expect(wrong).toEqual([]);
    await own.close();
    await stopServer('bob');
  });

  test('show somebody with fewer scopes less', async () => {
    await machine.run(['tshubctl', 'group', 'create', 'pupils', '--user', 'bob']);
    const scopes = ['admin-ui', 'list:users!group=pupils', 'servers!group=pupils'].flatMap((one) => ['--scope', one]);
    await machine.run(['tshubctl', 'role', 'create', 'pupils-staff', ...scopes]);
    await machine.run(['tshubctl', 'role', 'grant', 'pupils-staff', '--user', 'ada']);
    const own = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await own.newPage();
    await logIn(page, 'ada');
    await page.click('text=Administration');
    expect(await shown()).toEqual(['bob']);
    expect(await page.locator('.tabs a').allTextContents()).toEqual(['Users and servers', 'Tokens']);
    await page.screenshot({ path: join(shots, 'admin-staff.png') });
    await own.close();
    await machine.run(['tshubctl', 'role', 'delete', 'pupils-staff']);
    await machine.run(['tshubctl', 'group', 'delete', 'pupils']);
  });

  test('are none of whoever is no administrator', async () => {
    const other = await browser.newContext();
    page = await other.newPage();
    await logIn(page, 'ada');
    expect(await page.locator('text=Administration').count()).toBe(0);
    expect((await page.goto(admin))?.status()).toBe(403);
    await other.close();
  });
});
