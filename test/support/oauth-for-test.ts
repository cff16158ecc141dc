import type { Answer, Browser } from './browser.ts';
import { hubForTest, type TestHub } from './hub-for-test.ts';

/** The OAuth client of ada's server. */
export const clientId = 'jupyterhub-user-ada';
export const callback = '/user/ada/oauth_callback';

export interface OAuthForTest {
  readonly t: TestHub;
  /** Logged in as ada, whose server runs. */
  readonly ada: Browser;
  /** The secret of her server's client. */
  readonly secret: string;
  readonly authorize: (browser: Browser, more?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly exchange: (
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly codeFor: (browser: Browser, more?: Readonly<Record<string, string>>) => Promise<string>;
}

export const query = (more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    state: 'st&te',
    ...more,
  }).toString();
export const paramsOf = (location: string): URLSearchParams =>
  new URLSearchParams(location.slice(location.indexOf('?')));

/** A hub with one server and what its OAuth client does. */
export async function oauthForTest(): Promise<OAuthForTest> {
  const t = await hubForTest({ settings: { login: { admin_users: ['root'] } } });
  const ada = t.browser();
  await ada.login('ada', 'ada-password');
  await t.api('/users/ada/server', { method: 'POST', token: await t.token('ada') });
  const secret = t.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
  const authorize = (browser: Browser, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    browser.get(`/hub/api/oauth2/authorize?${query(more)}`);
  const exchange = (
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    t.api('/oauth2/token', {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: secret,
        grant_type: 'authorization_code',
        redirect_uri: callback,
        ...fields,
      }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    });
  const codeFor = async (browser: Browser, more: Readonly<Record<string, string>> = {}): Promise<string> =>
    paramsOf((await authorize(browser, more)).location).get('code') ?? '';
  return { t, ada, secret, authorize, exchange, codeFor };
}
