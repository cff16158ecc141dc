import { afterAll, beforeAll, expect, test } from 'vitest';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';
import type { Visitor } from './support/visitor.ts';

const share = (verb: 'grant' | 'revoke'): Promise<unknown> =>
  machine.run(['tshubctl', 'share', verb, 'ada', '--group', 'readers']);

beforeAll(async () => {
  // Whom something is shared with has been here before.
  expect((await visitor().logIn('bob', passwords.bob)).status).toBe(302);
  await machine.run(['tshubctl', 'group', 'create', 'readers']);
  await machine.run(['tshubctl', 'group', 'add', 'readers', 'bob']);
  await stopServer('ada');
  await machine.run(['tshubctl', 'server', 'start', 'ada'], { user: 'ada' });
});
afterAll(async () => {
  await machine.run(['tshubctl', 'group', 'delete', 'readers'], { fails: true });
  await stopServer('ada');
});

/** To the real single-user server by way of the hub's login; agrees to what the hub asks about the server of somebody else. */
async function enter(guest: Visitor): Promise<{ status: number; path: string }> {
  const page = await guest.visit('/user/ada/lab');
  if (!page.text.includes('name="scopes"')) return page;
  const body = new URLSearchParams({ _xsrf: /name="_xsrf"\s+value="([^"]*)"/.exec(page.text)?.[1] ?? '' });
  for (const [, scope = ''] of page.text.matchAll(/name="scopes" value="([^"]*)"/g)) body.append('scopes', scope);
  return guest.visit(page.path, { method: 'POST', body });
}

async function asBob(): Promise<Visitor> {
  const guest = visitor();
  expect((await guest.logIn('bob', passwords.bob)).status).toBe(302);
  return guest;
}

/** HubOAuth in the server looks at the scopes of the visitor's token. */
test('a server that is shared with a group lets its members in, for as long as it is shared', async () => {
  const guest = await asBob();
  expect((await enter(guest)).status).toBe(403);
  await share('grant');
  const page = await enter(guest);
  expect(page).toMatchObject({ status: 200, path: expect.stringMatching(/^\/user\/ada\/lab/) as string });
  const listing = await guest.fetch('/user/ada/api/contents');
  expect([listing.status, await listing.json()]).toMatchObject([200, { type: 'directory' }]);

  // Another browser: a server keeps what it knows of a token for some minutes.
  await share('revoke');
  expect((await enter(await asBob())).status).toBe(403);
});

test('whom a server is shared with sees that on the command line, and can leave it', async () => {
  const asBobs = async (...words: readonly string[]): Promise<unknown> =>
    JSON.parse((await machine.run(['tshubctl', 'share', ...words, '--json'], { user: 'bob' })).out);
  const received = {
    kind: 'user',
    server: { user: { name: 'ada' }, url: expect.stringMatching('/user/ada/') as string },
  };
  expect(await asBobs('received')).toEqual({ shares: [] });
  await machine.run(['tshubctl', 'share', 'grant', 'ada', '--user', 'bob']);
  expect(await asBobs('received')).toMatchObject({ shares: [received] });
  expect(await asBobs('leave', 'ada')).toEqual({ left: { owner: 'ada', server: '' } });
  expect(await asBobs('received')).toEqual({ shares: [] });
  const { code, err } = await machine.run(['tshubctl', 'share', 'received'], { fails: true });
  expect([code, err]).toEqual([2, expect.stringContaining('root is none of the hub')]);
});
