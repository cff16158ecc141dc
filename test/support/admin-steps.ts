import { type Answer, type Browser, xsrfIn } from './browser.ts';
import type { TestHub } from './hub-for-test.ts';

/** Somebody with a role of these scopes, logged in. */
export async function makeStaff(t: TestHub, name: string, scopes: readonly string[]): Promise<Browser> {
  await t.user(name);
  await t.hub.roles.create({ name: `role-of-${name}`, description: '', scopes });
  await t.hub.roles.grant(`role-of-${name}`, { kind: 'user', name });
  const browser = t.browser();
  await browser.login(name, `${name}-password`);
  return browser;
}

/** An administrator, logged in. */
export async function makeRoot(t: TestHub, name = 'root-of-all'): Promise<Browser> {
  const browser = t.browser();
  await browser.login(name, `${name}-password`);
  await t.user(name, { admin: true });
  return browser;
}

/** Posts a form with the token that the browser was given. */
export async function order(
  browser: Browser,
  path: string,
  fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
): Promise<Answer> {
  const form = new URLSearchParams(fields as Record<string, string>);
  form.set('_xsrf', xsrfIn((await browser.get('/hub/home')).text));
  return browser.post(path, form);
}

/** Starts a server of a user and waits until it is ready. */
export async function runFor(t: TestHub, user: string, server = ''): Promise<void> {
  const owner = await t.user(user);
  const caller = {
    owner: { kind: 'user', id: owner.id, name: user, admin: false },
    scopes: new Set(['start:servers']),
    via: 'cookie',
    tokenId: null,
    sessionId: null,
    from: 'a test',
  } as const;
  const { done } = await t.hub.servers.start(caller, owner, server, null);
  await done;
}
