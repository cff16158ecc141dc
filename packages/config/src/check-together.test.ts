import { describe, expect, test } from 'vitest';
import { schema } from './schema.ts';

const problems = (settings: Readonly<Record<string, unknown>>): string[] =>
  schema.safeParse(settings).error?.issues.map(({ path }) => path.join('.')) ?? [];
const hub = { public_url: 'https://hub.example.org' };
const generic = { issuer: 'https://login.example.org', client_id: 'hub' };

describe('settings that need others', () => {
  test.each([
    [{ login: { authenticator: 'oidc' } }, ['oidc.client_id', 'oidc.issuer', 'hub.public_url']],
    [{ login: { authenticator: 'oidc' }, oidc: generic }, ['hub.public_url']],
    [{ login: { authenticator: 'oidc' }, oidc: generic, hub }, []],
    [
      {
        login: { authenticator: 'oidc' },
        oidc: { ...generic, callback_url: 'https://hub.example.org/hub/oauth_callback' },
      },
      [],
    ],
    [{ hub, login: { authenticator: 'oidc' }, oidc: { provider: 'google', client_id: 'hub' } }, ['login.allow_all']],
    [{ hub, login: { authenticator: 'oidc', allow_all: false }, oidc: { provider: 'github', client_id: 'hub' } }, []],
    [
      {
        hub,
        login: { authenticator: 'oidc' },
        oidc: { provider: 'google', client_id: 'hub', allowed_domains: ['a.example'] },
      },
      [],
    ],
    [
      { login: { authenticator: 'oidc' }, oidc: generic, hub: { ...hub, cookie_same_site: 'strict' } },
      ['hub.cookie_same_site'],
    ],
    [{ login: { authenticator: 'remote-user', terms: 'Yes.' } }, ['login.terms', 'proxy.remote_user_header']],
    [
      {
        login: { authenticator: 'remote-user' },
        proxy: { remote_user_header: 'X-Remote-User', trusted_proxies: ['10.0.0.1'] },
      },
      [],
    ],
    [{ login: { authenticator: 'guest' } }, ['spawner.dynamic_users']],
    [{ login: { authenticator: 'shared-password' } }, ['spawner.dynamic_users']],
    [{ login: { authenticator: 'guest' }, spawner: { dynamic_users: true } }, []],
    [{ hub: { cookie_host_prefix: true, public_url: 'http://hub.example.org' } }, ['hub.cookie_host_prefix']],
  ])('%j', (settings, expected) => {
    expect(problems(settings)).toEqual(expected);
  });
});

test.each(['Cookie', 'Host', 'X-Forwarded-For', 'x-real-ip', 'X-XSRFToken', 'X_Remote_User', 'X-'])(
  '%s is no header for a user',
  (header) => {
    expect(problems({ proxy: { remote_user_header: header } })).toEqual(['proxy.remote_user_header']);
  },
);

test.each(['X-Remote-User', 'Remote-User', 'X-Forwarded-User', 'X-Forwarded-Email'])('%s may be', (header) => {
  expect(problems({ proxy: { remote_user_header: header } })).toEqual([]);
});
