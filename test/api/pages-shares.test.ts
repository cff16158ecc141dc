import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { press, runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;
let bob: Browser;

beforeEach(async () => {
  t = await hubForTest({
    settings: {
      hub: { allow_named_servers: true },
      groups: { algebra: { users: ['eve'] } },
      roles: {
        sharing: { scopes: ['shares!user', 'read:users:name!user=bob', 'read:groups:name'], users: ['ada'] },
        links: { scopes: ['shares!user'], users: ['eve'] },
      },
    },
  });
  ada = t.browser();
  bob = t.browser();
  await ada.login('ada', 'ada-password');
  await bob.login('bob', 'bob-password');
  await runServer(t, ada, 'ada');
});
afterEach(() => t.close());

const linkIn = (text: string): string => /id="share-url"[^>]*>([^<]+)</.exec(text)?.[1] ?? '';
const mayCome = async (user: string): Promise<boolean> =>
  (await t.api('/user', { token: await t.token(user) }))
    .json<{ scopes: string[] }>()
    .scopes.includes('access:servers!server=ada/');
const makeLink = async (fields: Readonly<Record<string, string>> = {}) => {
  const { text } = await ada.get('/hub/shares');
  const once = /name="once" value="([^"]*)"/.exec(text)?.[1] ?? '';
  return ada.post('/hub/shares/code', { server: '', expires_in: '3600', once, ...fields, _xsrf: xsrfIn(text) });
};

describe('a link', () => {
  test('is shown once, lets in who accepts it, and is listed with its uses', async () => {
    const answer = await makeLink();
    const link = linkIn(answer.text);
    expect([answer.status, link]).toEqual([
      200,
      expect.stringMatching(/^http:\/\/hub\.example\.org\/hub\/accept-share\?code=/),
    ]);
    const code = new URL(link).searchParams.get('code') ?? '';
    expect((await ada.get('/hub/shares')).text).not.toContain(code);
    await press(bob, '/hub/accept-share', { code });
    expect(await mayCome('bob')).toBe(true);
    const { text } = await ada.get('/hub/shares');
    expect(text).toContain('once, <time');
    expect(text).toMatch(/<th scope="row">\s*bob/);
  });

  test('is made once by a form that was sent twice', async () => {
    const { text } = await ada.get('/hub/shares');
    const fields = { server: '', expires_in: '3600', once: 'x', _xsrf: xsrfIn(text) };
    const [first, second] = await Promise.all([
      ada.post('/hub/shares/code', fields),
      ada.post('/hub/shares/code', fields),
    ]);
    expect(linkIn(first.text)).not.toBe('');
    expect(linkIn(second.text)).toBe(linkIn(first.text));
  });

  test('that was revoked lets nobody in; a second press is no error', async () => {
    const link = linkIn((await makeLink()).text);
    const id = /name="id" value="(sc_\d+)"/.exec((await ada.get('/hub/shares')).text)?.[1] ?? '';
    for (let i = 0; i < 2; i++)
      expect((await press(ada, '/hub/shares/code/revoke', { server: '', id })).location).toBe('/hub/shares');
    expect((await bob.get(link.slice('http://hub.example.org'.length))).status).toBe(404);
  });

  test('for a server that there is not is refused on the page', async () => {
    const { status, text } = await makeLink({ server: 'nothing' });
    expect([status, linkIn(text), text.includes('notice problem')]).toEqual([404, '', true]);
  });
});

describe('sharing by name', () => {
  test.each([
    ['user', 'bob'],
    ['group', 'algebra'],
  ])('with a %s lets them in, until it is ended', async (kind, name) => {
    const fields = { server: '', kind, name };
    expect((await press(ada, '/hub/shares/grant', { ...fields, manages: 'yes' })).location).toBe('/hub/shares');
    const who = kind === 'user' ? 'bob' : 'eve';
    await t.user('eve');
    expect(await mayCome(who)).toBe(true);
    expect((await ada.get('/hub/shares')).text).toContain('start and stop it');
    for (let i = 0; i < 2; i++) expect((await press(ada, '/hub/shares/revoke', fields)).status).toBe(303);
    expect(await mayCome(who)).toBe(false);
  });

  test.each(['eve', 'nobody', '<script>alert(1)</script>'])(
    'with somebody whose name one may not know is refused in the same words: %s',
    async (name) => {
      await t.user('eve');
      const { status, text } = await press(ada, '/hub/shares/grant', { server: '', kind: 'user', name });
      expect([status, text.includes('id="name_problem"')]).toEqual([403, true]);
      expect(text).toContain('a share code needs none');
      expect(text).not.toContain('<script>alert');
    },
  );
});

describe('what others share', () => {
  test('is listed, and can be left', async () => {
    await press(ada, '/hub/shares/grant', { server: '', kind: 'user', name: 'bob' });
    const { text } = await bob.get('/hub/shares');
    expect(text).toContain('href="/user/ada/"');
    expect((await bob.get('/hub/home')).text).toContain('href="/hub/shares"');
    for (let i = 0; i < 2; i++)
      expect((await press(bob, '/hub/shares/leave', { owner: 'ada', server: '' })).status).toBe(303);
    expect(await mayCome('bob')).toBe(false);
  });

  test('with a group has no button to leave', async () => {
    const eve = t.browser();
    await eve.login('eve', 'eve-password');
    await press(ada, '/hub/shares/grant', { server: '', kind: 'group', name: 'algebra' });
    const { text } = await eve.get('/hub/shares');
    expect(text).toContain('with the group algebra');
    expect(text).not.toContain('/hub/shares/leave');
  });
});

describe('who may not share', () => {
  test('sees no forms, and is refused', async () => {
    const { text } = await bob.get('/hub/shares');
    expect(text).not.toContain('/hub/shares/code"');
    expect((await bob.get('/hub/home')).text).not.toContain('href="/hub/shares"');
    await runServer(t, bob, 'bob');
    const answer = await press(bob, '/hub/shares/code', { server: '', expires_in: '3600' });
    expect([answer.status, linkIn(answer.text)]).toEqual([403, '']);
  });

  test('by name, has the form for links alone', async () => {
    const eve = t.browser();
    await eve.login('eve', 'eve-password');
    expect((await eve.get('/hub/shares')).text).toContain('Start one first');
    await runServer(t, eve, 'eve');
    const { text } = await eve.get('/hub/shares');
    expect(text).toContain('/hub/shares/code"');
    expect(text).not.toContain('/hub/shares/grant"');
  });

  test("cannot share another's server", async () => {
    await press(bob, '/hub/shares/grant', { server: '', kind: 'user', name: 'bob' });
    expect(await mayCome('bob')).toBe(false);
  });
});
