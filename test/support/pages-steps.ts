import { expect } from 'vitest';
import { type Answer, type Browser, xsrfIn } from './browser.ts';
import type { TestHub } from './hub-for-test.ts';

/** Sends a form of a page, with the token that its browser was given. */
export async function press(
  browser: Browser,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const token = xsrfIn((await browser.get('/hub/home')).text);
  return browser.post(path, { ...fields, _xsrf: token });
}

/** Starts a server of the one who is logged in, and waits until it is ready. */
export async function runServer(t: TestHub, browser: Browser, user: string, name = ''): Promise<void> {
  await press(browser, '/hub/home/start', { server: name });
  await expect.poll(() => t.hub.servers.get(user, name)?.ready).toBe(true);
}
