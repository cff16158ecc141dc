import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from './machine.ts';
import { type Person } from './accounts.ts';
import { machine, passwords } from './suite.ts';

/** Text that would become markup, or run, if a page did not escape it. */
export const hostile = `"'><img src=x class=hostile onerror=alert(1)><script>alert(1)</script>`;

/** What a page must never do: run what it was shown, break its own policy, fail in a script. */
export interface Watched {
  readonly page: Page;
  readonly problems: readonly string[];
}

/** A window of a person's, watched. */
export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => void problems.push(`an error of a script: ${error.message}`));
  page.on('console', (message) => {
    // Chromium tells there of every answer that is no success; whether it should be one is for the test to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(`on the console: ${message.text()}`);
  });
  return { page, problems };
}

/** Through the form, to the page that was asked for. */
export async function logIn(page: Page, user: Person, next = '/hub/home'): Promise<void> {
  await page.goto(`${machine.url}/hub/login?next=${encodeURIComponent(next)}`);
  await fillLogin(page, user);
  await page.waitForURL(`**${next}`);
}

export async function fillLogin(page: Page, user: Person): Promise<void> {
  await page.fill('#username_input', user);
  await page.fill('#password_input', passwords[user]);
  await page.click('#login_submit');
}

/** The session ends while the page stays open. */
export async function expireSession(context: BrowserContext): Promise<void> {
  await context.clearCookies({ name: 'jupyterhub-hub-login' });
  await context.clearCookies({ name: 'jupyterhub-hub-login.sig' });
}

/** Nothing that was shown has become an element, nothing is wider than a small screen. */
export async function expectCalm({ page, problems }: Watched, what: string): Promise<void> {
  expect(await page.locator('.hostile, main script, main style').count(), `${what}: elements that were shown`).toBe(0);
  expect(problems, what).toEqual([]);
}

export async function restartHub(): Promise<void> {
  await machine.run(['systemctl', 'restart', 'tshub', 'tshub-spawnerd']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
}

/** Settings that the hub reads at its start as well. */
export async function withHubSettings(toml: string | null): Promise<void> {
  const dropin = '/etc/tshub/tshub.toml.d/70-pages.toml';
  if (toml === null) await machine.sh(`rm -f ${dropin}`);
  else await machine.write(dropin, toml);
  await machine.run(['tshubctl', 'config', 'check']);
  await restartHub();
}

/** How often a person's server was started, as the journal has it. */
export async function startsOf(user: Person): Promise<number> {
  return (await machine.journal('TSHUB_EVENT=server-start', `TSHUB_USER=${user}`)).length;
}
