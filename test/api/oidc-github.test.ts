import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { certificateFor } from '../support/certificate.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

/** GitHub itself cannot be run here: this answers as its documentation says, to the hub's requests as they are on the wire. */
const { key, cert } = certificateFor(['github.com', 'api.github.com']);
const seen: Array<{ host: string; path: string; body: string; authorization: string }> = [];
const answers: Readonly<Record<string, unknown>> = {
  '/login/oauth/access_token': {
    access_token: 'gho_secret',
    token_type: 'bearer',
    scope: 'read:org,read:user,user:email',
  },
  '/user': { login: 'Ada', id: 42, name: 'Ada Lovelace', avatar_url: 'https://avatars.example/42' },
  '/user/emails': [
    { email: 'ada@home.example', primary: false, verified: true },
    { email: 'ada@school.example', primary: true, verified: true },
  ],
  '/user/orgs': [{ login: 'school' }],
  '/user/teams': [{ slug: 'staff', organization: { login: 'school' } }],
};
let server: Server;
let t: TestHub;

beforeAll(async () => {
  server = createServer({ key, cert }, (req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      const path = (req.url ?? '').split('?')[0] ?? '';
      seen.push({ host: req.headers.host ?? '', path, body, authorization: req.headers.authorization ?? '' });
      res.writeHead(path in answers ? 200 : 404, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify(answers[path] ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());
afterEach(() => t.close());

test('a login at GitHub: name, organisations and teams, and the verified primary address', async () => {
  const { port } = server.address() as AddressInfo;
  t = await hubForTest({
    settings: {
      login: { authenticator: 'oidc', allow_all: false, allowed_groups: ['school'], admin_groups: ['school:staff'] },
      hub: { public_url: 'http://hub.example.org' },
      oidc: { provider: 'github', client_id: 'Iv1.hub', allowed_domains: ['school.example'] },
    },
    outside: { ca: cert, connect: () => Promise.resolve(connect(port, '127.0.0.1')) },
    secrets: { oidcClientSecret: 'the secret of GitHub' },
  });
  const browser = t.browser();
  expect((await browser.get('/hub/login')).text).toContain('Log in with GitHub');
  const sent = new URL((await browser.get('/hub/oauth_login?next=/hub/home')).location);
  expect(sent.origin + sent.pathname).toBe('https://github.com/login/oauth/authorize');
  expect(Object.fromEntries(sent.searchParams)).toMatchObject({
    client_id: 'Iv1.hub',
    redirect_uri: 'http://hub.example.org/hub/oauth_callback',
    scope: 'read:user user:email read:org',
    code_challenge_method: 'S256',
  });

  const state = sent.searchParams.get('state') ?? '';
  const { status, location } = await browser.get(`/hub/oauth_callback?code=abc&state=${state}`);
  expect([status, location]).toEqual([302, '/hub/home']);
  expect(await t.hub.users.byName('ada')).toMatchObject({ admin: true });

  const [redeemed, ...asked] = seen;
  expect(Object.fromEntries(new URLSearchParams(redeemed?.body))).toMatchObject({
    code: 'abc',
    client_secret: 'the secret of GitHub',
    code_verifier: expect.stringMatching(/^[\w-]{43,}$/),
  });
  expect(asked.map(({ host, path }) => host + path)).toEqual([
    'api.github.com/user',
    'api.github.com/user/emails',
    'api.github.com/user/orgs',
    'api.github.com/user/teams',
  ]);
  for (const { authorization } of asked) expect(authorization).toMatch(/^bearer gho_secret$/i);
});
