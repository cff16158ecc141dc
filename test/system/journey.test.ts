import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { noteSecret } from './support/secrets.ts';
import { machine, passwords, stopServer } from './support/suite.ts';

const shots = join(import.meta.dirname, '../../test-results/screenshots');
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  await stopServer('ada');
  browser = await openBrowser();
  page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage();
});
afterAll(async () => browser.close());

// One story in order: each test goes on where the one before stopped.
test('a visitor is sent to the login page', async () => {
  await page.goto(machine.url);
  expect(new URL(page.url()).pathname).toBe('/hub/login');
  await page.screenshot({ path: join(shots, 'login.png') });
});

test('a wrong password is refused with a sentence, and the name is kept', async () => {
  await page.fill('#username_input', 'ada');
  await page.fill('#password_input', 'not the password');
  await page.click('#login_submit');
  await page.waitForSelector('text=Invalid username or password');
  expect(await page.inputValue('#username_input')).toBe('ada');
  await page.screenshot({ path: join(shots, 'login-refused.png') });
});

test('the password of the account lets her in, the start shows its steps, and JupyterLab opens', async () => {
  await page.fill('#username_input', 'ada');
  await page.fill('#password_input', passwords.ada);
  await page.click('#login_submit');
  await page.waitForSelector('#progress-message', { timeout: 60_000 });
  await page.screenshot({ path: join(shots, 'pending.png') });
  await page.waitForURL('**/user/ada/**', { timeout: 120_000 });
  await page.waitForSelector('.jp-Launcher', { timeout: 120_000 });
  await page.screenshot({ path: join(shots, 'lab.png') });
  for (const cookie of await page.context().cookies())
    if (cookie.name.includes('login') || cookie.name.startsWith('jupyterhub-user')) noteSecret(cookie.value);
});

test('a cell runs in a kernel over a websocket', async () => {
  await page.click('.jp-LauncherCard[data-category="Notebook"]');
  // Idle is also what an indicator without a kernel says; the status bar names the kernel.
  await page.waitForSelector('text=/Python 3 .*\\| Idle/', { timeout: 120_000 });
  await page.click('.jp-Notebook .cm-content');
  await page.waitForSelector('.jp-Notebook .cm-editor.cm-focused');
  await page.keyboard.type('print(6*7)');
  await page.waitForSelector('.jp-Notebook .cm-content:has-text("print(6*7)")');
  await page.keyboard.press('Shift+Enter');
  await page.waitForSelector('.jp-OutputArea-output:has-text("42")', { timeout: 60_000 });
  await page.screenshot({ path: join(shots, 'cell.png') });
});

test('the home page shows the server with its use, and stops it', async () => {
  await page.goto(`${machine.url}/hub/home`);
  await page.waitForSelector('#stop');
  await page.screenshot({ path: join(shots, 'home-running.png') });
  await page.click('#stop');
  await page.waitForSelector('#start', { timeout: 60_000 });
  await page.screenshot({ path: join(shots, 'home-stopped.png') });
  const { ActiveState } = await machine.show('tshub-server-ada.service', 'ActiveState');
  expect(ActiveState).toBe('inactive');
});

test('a stopped server says so instead of starting by itself', async () => {
  const response = await page.goto(`${machine.url}/user/ada/lab`);
  expect(response?.status()).toBe(424);
  await page.screenshot({ path: join(shots, 'not-running.png') });
});

test('logging out ends the session', async () => {
  await page.goto(`${machine.url}/hub/home`);
  await page.click('#logout');
  await page.waitForURL('**/hub/log*');
  if (new URL(page.url()).pathname === '/hub/logout') await page.click('button[type=submit]');
  await page.waitForURL('**/hub/login*');
  await page.goto(`${machine.url}/hub/home`);
  expect(new URL(page.url()).pathname).toBe('/hub/login');
});

test('the same works at 320 px, in the dark', async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
  const small = await context.newPage();
  await small.goto(machine.url);
  const wide = await small.evaluate('document.documentElement.scrollWidth');
  expect(wide).toBeLessThanOrEqual(320);
  await small.screenshot({ path: join(shots, 'login-small-dark.png') });
  await context.close();
});
