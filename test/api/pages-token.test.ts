import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { press, runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;

async function begin(options: Parameters<typeof hubForTest>[0] = {}): Promise<void> {
  t = await hubForTest(options);
  ada = t.browser();
  await ada.login('ada', 'ada-password');
}
beforeEach(() => begin());
afterEach(() => t.close());

interface TokenList {
  readonly api_tokens: ReadonlyArray<{ readonly id: string; readonly note: string; readonly scopes: string[] }>;
}
const tokensOf = async (user: string): Promise<TokenList['api_tokens']> => {
  const token = await t.token('tshubctl');
  const { api_tokens: all } = (await t.api(`/users/${user}/tokens`, { token })).json<TokenList & object>();
  return all;
};
/** Fills in the form as the page gave it. */
async function make(fields: Readonly<Record<string, string>> | URLSearchParams): Promise<Answer> {
  const page = (await ada.get('/hub/token')).text;
  const once = /name="once" value="([^"]*)"/.exec(page)?.[1] ?? '';
  return ada.post(
    '/hub/token',
    new URLSearchParams([...new URLSearchParams(fields), ['once', once], ['_xsrf', xsrfIn(page)]]),
  );
}
const shown = ({ text }: Answer): string => /id="token-result"[^>]*>([^<]+)</.exec(text)?.[1] ?? '';

describe('a new token', () => {
  test('is shown once, and does what was chosen', async () => {
    const answer = await make({ note: 'backup', expires_in: '3600', scopes: 'read:users!user=ada' });
    const token = shown(answer);
    expect([answer.status, answer.headers['cache-control'], token]).toEqual([
      200,
      'no-store',
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect((await t.api('/user', { token })).json()['name']).toBe('ada');
    expect((await t.api('/users/ada/server', { method: 'POST', token })).status).toBe(403);
    expect((await ada.get('/hub/token')).text).not.toContain(token);
    expect((await ada.get('/hub/token')).text).toContain('backup');
    t.clock.advance(3600_000);
    expect((await t.api('/user', { token })).status).toBe(403);
  });

  test('may do all that its owner may do when nothing is chosen, and lasts for ever when that is chosen', async () => {
    const token = shown(await make({ note: '', expires_in: '' }));
    t.clock.advance(400 * 86_400_000);
    expect((await t.api('/users/ada/server', { method: 'POST', token })).status).toBeLessThan(300);
  });

  test('is made once by a form that was sent twice, and the second answer shows it too', async () => {
    const page = (await ada.get('/hub/token')).text;
    const once = /name="once" value="([^"]*)"/.exec(page)?.[1] ?? '';
    const fields = { note: 'twice', expires_in: '3600', once, _xsrf: xsrfIn(page) };
    const [first, second] = await Promise.all([ada.post('/hub/token', fields), ada.post('/hub/token', fields)]);
    expect(shown(first)).not.toBe('');
    expect(shown(second)).toBe(shown(first));
    expect(await tokensOf('ada')).toHaveLength(1);
    expect(shown(await ada.post('/hub/token', { ...fields, note: 'another' }))).not.toBe(shown(first));
  });

  test.each([
    ['admin:users', 'a scope that its owner does not hold'],
    ['servers!user=bob', "a scope about somebody else's servers"],
    ['cook:coffee', 'a scope that there is not'],
    ['"><script>alert(1)</script>', 'no scope at all'],
  ])('is refused beside the field: %s, %s', async (scope) => {
    const { status, text } = await make(
      new URLSearchParams([
        ['note', 'kept'],
        ['scopes', 'servers!user=ada'],
        ['more_scopes', scope],
      ]),
    );
    expect(status).toBe(400);
    expect(text).toMatch(/id="scopes_problem"/);
    expect(text).toContain('value="kept"');
    expect(text).toMatch(/value="servers!user=ada"[^>]* checked/);
    expect(text).not.toContain('<script>alert');
    expect(await tokensOf('ada')).toEqual([]);
  });

  test('lasts no longer than the hub allows', async () => {
    await t.close();
    await begin({ settings: { hub: { token_expires_in_max_seconds: 7200 } } });
    const { text } = await ada.get('/hub/token');
    expect([...text.matchAll(/<option value="(\d*)"/g)].map(([, value]) => value)).toEqual(['3600', '']);
    const refused = await make({ note: '', expires_in: '86400' });
    expect([refused.status, refused.text.includes('id="expires_in_problem"')]).toEqual([400, true]);
    const token = shown(await make({ note: '', expires_in: '' }));
    t.clock.advance(7200_000);
    expect((await t.api('/user', { token })).status).toBe(403);
  });

  test('needs a form of this hub', async () => {
    expect((await ada.post('/hub/token', { note: 'x', expires_in: '3600' })).status).toBe(403);
    const stranger = await t.browser().post('/hub/token', { note: 'x' });
    expect(stranger.status).toBe(403);
    expect(await tokensOf('ada')).toEqual([]);
  });
});

describe('the list', () => {
  test('shows notes as they are, and nothing of others', async () => {
    const bob = await t.user('bob');
    await t.hub.tokens.issue({ owner: { kind: 'user', id: bob.id }, scopes: [], note: 'of bob', expiresIn: null });
    await make({ note: '<img src=x onerror=alert(1)>', expires_in: '' });
    const { text } = await ada.get('/hub/token');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('of bob');
  });

  test('puts the tokens of a client together, which is revoked as one', async () => {
    await runServer(t, ada, 'ada');
    const { id } = await t.user('ada');
    const issue = { owner: { kind: 'user', id }, scopes: [], note: '', expiresIn: 3600 } as const;
    await t.hub.tokens.issue({ ...issue, clientId: 'jupyterhub-user-ada' });
    await t.hub.tokens.issue({ ...issue, clientId: 'jupyterhub-user-ada' });
    const { text } = await ada.get('/hub/token');
    const part = text.slice(text.indexOf('id="applications"'));
    expect(part).toContain('Server at /user/ada/');
    expect(part).toContain('2 logins');
    const token = /name="token" value="(a\d+)"/.exec(part)?.[1] ?? '';
    expect((await press(ada, '/hub/token/revoke', { token })).location).toBe('/hub/token');
    expect((await tokensOf('ada')).map(({ note }) => note)).toEqual(['Server at /user/ada/']);
  });

  test('revokes a token; a second press is no error', async () => {
    const token = shown(await make({ note: 'gone', expires_in: '' }));
    const [{ id } = { id: '' }] = await tokensOf('ada');
    for (let i = 0; i < 2; i++) expect((await press(ada, '/hub/token/revoke', { token: id })).status).toBe(303);
    expect((await t.api('/user', { token })).status).toBe(403);
  });

  test("revokes nobody else's", async () => {
    const bob = await t.user('bob');
    await t.hub.tokens.issue({ owner: { kind: 'user', id: bob.id }, scopes: [], note: 'of bob', expiresIn: null });
    const [{ id } = { id: '' }] = await tokensOf('bob');
    await press(ada, '/hub/token/revoke', { token: id });
    expect(await tokensOf('bob')).toHaveLength(1);
  });

  test('says how much more there is than it shows', async () => {
    const { id } = await t.user('ada');
    for (let i = 0; i < 103; i++)
      await t.hub.tokens.issue({ owner: { kind: 'user', id }, scopes: [], note: `no ${i}`, expiresIn: null });
    expect((await ada.get('/hub/token')).text).toContain('And 3 more');
  });
});

test('who is not logged in is asked to, and comes back', async () => {
  expect((await t.browser().get('/hub/token')).location).toBe('/hub/login?next=%2Fhub%2Ftoken');
});
