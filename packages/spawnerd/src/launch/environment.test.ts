import { schema } from '@tshub/config';
import { serverClientId, serverPrefix } from '@tshub/contract';
import { expect, test } from 'vitest';
import { checkEnvironment, serverEnvironment, usualPaths, type Variables } from './environment.ts';

const ada = { user: 'ada', server: 'lab' };
const person = { login: 'ada', home: '/home/ada', shell: '/bin/zsh' };
const settings = schema.parse({}).spawner;

function given(changes: Record<string, string | undefined> = {}): Variables {
  const all = {
    JPY_API_TOKEN: 'tshub_0123456789abcdef',
    JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8081/hub/api/users/ada/activity',
    JUPYTERHUB_API_TOKEN: 'tshub_0123456789abcdef',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/hub/api',
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-ada!lab',
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: '0',
    JUPYTERHUB_HOST: '',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:servers!server=ada/lab", "access:servers!user=ada"]',
    JUPYTERHUB_OAUTH_CALLBACK_URL: '/user/ada/lab/oauth_callback',
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
    JUPYTERHUB_OAUTH_SCOPES: '["access:servers!server=ada/lab","access:servers!user=ada"]',
    JUPYTERHUB_PUBLIC_HUB_URL: 'https://hub.example.org/hub/',
    JUPYTERHUB_PUBLIC_URL: '',
    JUPYTERHUB_SERVER_NAME: 'lab',
    JUPYTERHUB_SERVICE_PREFIX: '/user/ada/lab/',
    JUPYTERHUB_USER: 'ada',
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

test('what the hub gives to a server is let through as it is', () => {
  expect(checkEnvironment(given(), ada)).toEqual(given());
});

test('names that need escaping in a URL are expected in that form', () => {
  const name = { user: 'zoë@x.org', server: 'my lab' };
  const prefix = serverPrefix(name.user, name.server);
  const variables = given({
    JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8081/hub/api/users/zo%C3%AB@x.org/activity',
    JUPYTERHUB_CLIENT_ID: serverClientId(name.user, name.server),
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: JSON.stringify([
      'access:servers!server=zoë@x.org/my lab',
      'access:servers!user=zoë@x.org',
    ]),
    JUPYTERHUB_OAUTH_SCOPES: '[]',
    JUPYTERHUB_OAUTH_CALLBACK_URL: `${prefix}oauth_callback`,
    JUPYTERHUB_SERVER_NAME: name.server,
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_USER: name.user,
  });
  expect(checkEnvironment(variables, name)).toEqual(variables);
});

test.each<[string, Record<string, string | undefined>]>([
  ['a variable that is not on the list', { LD_PRELOAD: '/tmp/x.so' }],
  ['PATH', { PATH: '/tmp' }],
  ['a variable of JupyterHub that is for spawnerd to set', { JUPYTERHUB_SERVICE_URL: 'http://0.0.0.0:1/' }],
  ['a variable that jupyterhub-singleuser would run', { JUPYTERHUB_SINGLEUSER_APP: 'evil.module' }],
  ['an inherited property name', { constructor: 'x' }],
  ['an empty name', { '': 'x' }],
  ['a name with an equals sign', { 'JUPYTERHUB_USER=x': 'y' }],
  ['the name of another user', { JUPYTERHUB_USER: 'bob' }],
  ['the name of another server', { JUPYTERHUB_SERVER_NAME: '' }],
  ['the prefix of another user', { JUPYTERHUB_SERVICE_PREFIX: '/user/bob/' }],
  ['the callback of another server', { JUPYTERHUB_OAUTH_CALLBACK_URL: '/user/ada/oauth_callback' }],
  ['an API elsewhere', { JUPYTERHUB_API_URL: 'http://evil.example/hub/api' }],
  ['activity of another user', { JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8081/hub/api/users/bob/activity' }],
  ['another base', { JUPYTERHUB_BASE_URL: '/x/' }],
  ['a newline in a value', { JUPYTERHUB_PUBLIC_URL: 'http://x\nLD_PRELOAD=/tmp/x.so' }],
  ['NUL in a value', { JUPYTERHUB_HOST: 'http://x\0' }],
  ['an escape character in a value', { JUPYTERHUB_HOST: '\u001b[2J' }],
  ['half a surrogate pair', { JUPYTERHUB_HOST: '\ud800' }],
  ['a token with a space', { JUPYTERHUB_API_TOKEN: 'tshub_0123456789 abcdef' }],
  ['an empty token', { JUPYTERHUB_API_TOKEN: '' }],
  ['a value that is too long', { JUPYTERHUB_OAUTH_SCOPES: `["${'a'.repeat(5000)}"]` }],
  ['the client id of another server', { JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-bob' }],
  ['a client id of something else', { JUPYTERHUB_CLIENT_ID: 'service-culler' }],
  ['a script as a public URL', { JUPYTERHUB_PUBLIC_URL: 'javascript:alert(1)' }],
  ['something else than a list of scopes', { JUPYTERHUB_OAUTH_SCOPES: '{"a":1}' }],
  ['no token', { JUPYTERHUB_API_TOKEN: undefined }],
  ['no prefix', { JUPYTERHUB_SERVICE_PREFIX: undefined }],
])('%s is refused', (_, changes) => {
  expect(() => checkEnvironment(given(changes), ada)).toThrow(expect.objectContaining({ code: 'spawn_refused' }));
});

test('a refusal never repeats a value, which may be a secret', () => {
  const secret = 'very secret token';
  expect(() => checkEnvironment(given({ JUPYTERHUB_API_TOKEN: secret }), ada)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(secret) }),
  );
});

test('a request cannot be stuffed with variables', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`X${i}`, '']));
  expect(() => checkEnvironment({ ...given(), ...many }, ada)).toThrow('more than 32 variables');
});

test('a server learns its socket, its person and its limits from spawnerd', () => {
  const limited = {
    ...settings,
    mem_limit: 1024,
    mem_guarantee: 512,
    cpu_limit: 1.5,
    default_url: '/lab',
    extra_paths: ['/opt/conda/bin'],
  };
  const all = serverEnvironment(given(), ada, person, limited);
  expect(all).toMatchObject({
    ...given(),
    JUPYTERHUB_SERVICE_URL: expect.stringMatching(
      /^http\+unix:\/\/%2Frun%2Ftshub-servers%2F[0-9a-f]{16}%2Fsock\/user\/ada\/lab\/$/,
    ),
    HOME: '/home/ada',
    USER: 'ada',
    LOGNAME: 'ada',
    SHELL: '/bin/zsh',
    PATH: ['/opt/conda/bin', ...usualPaths].join(':'),
    MEM_LIMIT: '1024',
    MEM_GUARANTEE: '512',
    CPU_LIMIT: '1.5',
    JUPYTERHUB_DEFAULT_URL: '/lab',
  });
});

test('limits that are not set are not announced', () => {
  const names = Object.keys(serverEnvironment(given(), ada, person, settings));
  expect(names.filter((name) => /LIMIT|GUARANTEE|DEFAULT_URL/.test(name))).toEqual([]);
});

test("root's own variables have the last word", () => {
  const all = serverEnvironment(given(), ada, person, { ...settings, environment: { SHELL: '/bin/fish', FOO: 'bar' } });
  expect(all).toMatchObject({ SHELL: '/bin/fish', FOO: 'bar' });
});
