import { expect, test } from 'vitest';
import { serverEnvironment } from './environment.ts';

const input = {
  user: 'a@b c',
  server: 'lab',
  token: 't0ken',
  apiUrl: 'http://127.0.0.1:8081/hub/api',
  publicUrl: '',
  cookieSameSite: 'lax',
} as const;

test('names in paths are escaped, names by themselves are not', () => {
  expect(serverEnvironment(input)).toEqual({
    JPY_API_TOKEN: 't0ken',
    JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8081/hub/api/users/a@b%20c/activity',
    JUPYTERHUB_API_TOKEN: 't0ken',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/hub/api',
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-a%40b%20c!lab',
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: '0',
    JUPYTERHUB_COOKIE_OPTIONS: '',
    JUPYTERHUB_HOST: '',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:servers!server=a@b c/lab","access:servers!user=a@b c"]',
    JUPYTERHUB_OAUTH_CALLBACK_URL: '/user/a@b%20c/lab/oauth_callback',
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
    JUPYTERHUB_OAUTH_SCOPES: '["access:servers!server=a@b c/lab","access:servers!user=a@b c"]',
    JUPYTERHUB_PUBLIC_HUB_URL: '',
    JUPYTERHUB_PUBLIC_URL: '',
    JUPYTERHUB_SERVER_NAME: 'lab',
    JUPYTERHUB_SERVICE_PREFIX: '/user/a@b%20c/lab/',
    JUPYTERHUB_USER: 'a@b c',
  });
});

test.each(['https://hub.example.org', 'https://hub.example.org/'])('public URLs follow from %s', (publicUrl) => {
  expect(serverEnvironment({ ...input, user: 'ada', server: '', publicUrl })).toMatchObject({
    JUPYTERHUB_PUBLIC_HUB_URL: 'https://hub.example.org/hub/',
    JUPYTERHUB_PUBLIC_URL: 'https://hub.example.org/user/ada/',
  });
});

test('cookies of servers are as strict as those of the hub', () => {
  expect(serverEnvironment({ ...input, cookieSameSite: 'strict' }).JUPYTERHUB_COOKIE_OPTIONS).toBe(
    '{"SameSite":"Strict"}',
  );
});
