import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: Browser;
let token: string;

beforeEach(async () => {
  t = await hubForTest();
  ada = t.browser();
  await ada.login('ada', 'ada-password');
  token = xsrfIn((await ada.get('/hub/home')).text);
});
afterEach(() => t.close());

const api = (headers: Readonly<Record<string, string>>, query = ''): Promise<number> =>
  ada.get(`/hub/api/user${query}`, headers).then(({ status }) => status);
const message = async (headers: Readonly<Record<string, string>>, query = ''): Promise<unknown> =>
  (await ada.get(`/hub/api/user${query}`, headers)).json()['message'];

const image = { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'same-origin' } as const;

describe('a GET with a cookie', () => {
  test.each([
    ['no Sec-Fetch-Mode', {}, 200],
    ['a navigation', { 'Sec-Fetch-Mode': 'navigate' }, 200],
    ['a navigation from another site', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'cross-site' }, 200],
    ['no-cors of our own', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['an image of our own', { ...image, 'Sec-Fetch-Dest': 'image' }, 200],
    ["a script's fetch of our own, in no-cors", { ...image, 'Sec-Fetch-Dest': 'empty' }, 403],
    ['no-cors of a neighbour', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'same-site' }, 403],
    ['no-cors of another site', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['cors', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' }, 403],
    ['same-origin', { 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Site': 'same-origin' }, 403],
    ['a websocket', { 'Sec-Fetch-Mode': 'websocket' }, 200],
  ] as const)('by %s', async (_, headers, status) => {
    expect(await api(headers)).toBe(status);
  });

  test.each(['query', 'X-XSRFToken', 'X-CSRFToken'])('that needs a token takes it from %s', async (place) => {
    const cors = { 'Sec-Fetch-Mode': 'cors' };
    expect(await (place === 'query' ? api(cors, `?_xsrf=${token}`) : api({ ...cors, [place]: token }))).toBe(200);
  });

  test('says what is wrong with its token', async () => {
    const cors = { 'Sec-Fetch-Mode': 'cors' };
    expect(await message(cors)).toBe("'_xsrf' argument missing from GET");
    expect(await message(cors, '?_xsrf=nonsense')).toBe("'_xsrf' argument invalid");
    ada.forgetCookie('_xsrf');
    expect(await message(cors, `?_xsrf=${token}`)).toBe('XSRF cookie does not match GET argument');
  });
});

describe('a token', () => {
  test('of another login does not do', async () => {
    const bob = t.browser();
    await bob.login('bob', 'bob-password');
    const others = xsrfIn((await bob.get('/hub/home')).text);
    expect(await message({ 'Sec-Fetch-Mode': 'cors' }, `?_xsrf=${others}`)).toBe("'_xsrf' argument invalid");
  });

  test('from before the login does not do after it', async () => {
    const browser = t.browser();
    const before = xsrfIn((await browser.get('/hub/login')).text);
    await browser.login('ada', 'ada-password');
    expect((await browser.get(`/hub/api/user?_xsrf=${before}`, { 'Sec-Fetch-Mode': 'cors' })).status).toBe(403);
  });

  test('that was changed in any place does not do', async () => {
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(
        await api({ 'Sec-Fetch-Mode': 'cors' }, `?_xsrf=${token.slice(0, at)}${other}${token.slice(at + 1)}`),
      ).toBe(403);
    }
  });

  test('is found among several cookies of its name', async () => {
    ada.setCookie('_xsrf', 'an older one', '/hub/api/');
    ada.setCookie('_xsrf', 'x'.repeat(70), '/');
    expect(await api({ 'Sec-Fetch-Mode': 'cors' }, `?_xsrf=${token}`)).toBe(200);
  });

  test('is renewed when it gets old, and the form of an open page stays good', async () => {
    t.clock.advance(2 * 24 * 3600 * 1000);
    const fresh = xsrfIn((await ada.get('/hub/home')).text);
    expect(fresh).not.toBe(token);
    for (const sent of [token, fresh]) expect(await api({ 'Sec-Fetch-Mode': 'cors' }, `?_xsrf=${sent}`)).toBe(200);
  });

  test('sets no cookie on what is no navigation', async () => {
    ada.forgetCookie('_xsrf');
    const { headers } = await ada.get('/hub/home', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'same-origin' });
    expect(headers['set-cookie'] ?? []).toEqual([]);
  });
});

const authorize = '/hub/api/oauth2/authorize?client_id=jupyterhub-user-ada&response_type=code';

test.each(['/hub/home', '/hub/logout', '/hub/no-such-page', '/hub/user/bob/', authorize])(
  'a page that a script of a neighbouring server fetches gives it no token that works: %s',
  async (path) => {
    for (const mode of ['cors', 'same-origin', 'no-cors']) {
      const page = await ada.get(path, {
        'Sec-Fetch-Mode': mode,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Dest': 'empty',
      });
      const tokens = [...page.text.matchAll(/(?:value|data-xsrf)="([A-Za-z0-9_-]{70})"/g)].map(
        (match) => match[1] ?? '',
      );
      for (const found of tokens) expect(await api({ 'X-XSRFToken': found, 'Sec-Fetch-Mode': 'cors' })).toBe(403);
    }
    expect(await api({ 'X-XSRFToken': token, 'Sec-Fetch-Mode': 'cors' })).toBe(200);
  },
);

test('a page that our own script fetches with its token has forms that work', async () => {
  const page = await ada.get('/hub/home', { 'X-XSRFToken': token, 'Sec-Fetch-Mode': 'cors' });
  expect(await api({ 'X-XSRFToken': xsrfIn(page.text), 'Sec-Fetch-Mode': 'cors' })).toBe(200);
});

describe('the login form', () => {
  test('without its token is the form again, with a sentence', async () => {
    const { status, text } = await t.browser().post('/hub/login', { username: 'ada', password: 'ada-password' });
    expect(status).toBe(403);
    expect(text).toContain('The form had expired');
    expect(text).toContain('<form');
  });

  test('of another browser does not do', async () => {
    const [mine, others] = [t.browser(), t.browser()];
    const stolen = xsrfIn((await others.get('/hub/login')).text);
    await mine.get('/hub/login');
    expect((await mine.post('/hub/login', { username: 'ada', password: 'ada-password', _xsrf: stolen })).status).toBe(
      403,
    );
  });

  test('open in two tabs works in both', async () => {
    const browser = t.browser();
    const first = xsrfIn((await browser.get('/hub/login')).text);
    await browser.get('/hub/login');
    expect((await browser.post('/hub/login', { username: 'ada', password: 'ada-password', _xsrf: first })).status).toBe(
      302,
    );
  });

  test('left open in a tab while another one logged in leads on', async () => {
    const browser = t.browser();
    const left = xsrfIn((await browser.get('/hub/login')).text);
    await browser.login('ada', 'ada-password');
    const answer = await browser.post('/hub/login?next=/hub/home', {
      username: 'ada',
      password: 'ada-password',
      _xsrf: left,
    });
    expect([answer.status, answer.location]).toEqual([302, '/hub/home']);
  });

  test('goes with its browser to another address only if the settings say so', async () => {
    const fields = { username: 'ada', password: 'ada-password' };
    const elsewhere = { 'X-Real-IP': '198.51.100.1', 'X-Forwarded-For': '198.51.100.1' };
    const move = async (browser: Browser): Promise<number> => {
      const token = xsrfIn((await browser.get('/hub/login')).text);
      return (await browser.post('/hub/login', { ...fields, _xsrf: token }, elsewhere)).status;
    };
    expect(await move(t.browser())).toBe(403);
    t.hub.reload({ ...t.settings, login: { ...t.settings.login, bind_to_address: false } });
    expect(await move(t.browser())).toBe(302);
  });

  test('of a cookie that an attacker planted does not do', async () => {
    const attacker = t.browser('198.51.100.1');
    const planted = xsrfIn((await attacker.get('/hub/login')).text);
    const victim = t.browser();
    victim.setCookie('_xsrf', planted);
    expect(
      (await victim.post('/hub/login', { username: 'attacker', password: 'attacker-password', _xsrf: planted })).status,
    ).toBe(403);
  });
});

test.each(['/hub/home/start', '/hub/home/stop', '/hub/home/keep', '/hub/home/remove', '/hub/spawn', '/hub/logout'])(
  'POST %s needs the token',
  async (path) => {
    expect((await ada.post(path, {})).status).toBe(403);
    expect((await ada.post(path, {}, { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(
      403,
    );
    expect(t.spawner.starts).toEqual([]);
  },
);

test('a request without credentials is told so, unless another site may be behind it', async () => {
  const nobody = t.browser();
  expect((await nobody.get('/hub/api/user')).json()['message']).toBe('Missing or invalid credentials.');
  expect(
    (await nobody.get('/hub/api/user', { Origin: 'https://evil.example', 'Sec-Fetch-Mode': 'cors' })).json()['message'],
  ).toBe("'_xsrf' argument missing from GET");
});
