import { describe, expect, test } from 'vitest';
import { mayServerSet, withoutHubLogin } from './cookies.ts';

describe("the hub's login in a Cookie header", () => {
  test.each([
    ['a=1; jupyterhub-hub-login=x; b=2', 'a=1; b=2'],
    ['jupyterhub-hub-login="2|1:0|x"', ''],
    ['__Host-jupyterhub-hub-login=x;a=1', 'a=1'],
    ['__Host-jupyterhub-hub-login=x; __Host-jupyterhub-hub-login.sig=y; a=1', 'a=1'],
    ['jupyterhub-hub-login=x; jupyterhub-hub-login=y; jupyterhub-session-id=z', 'jupyterhub-session-id=z'],
    [' jupyterhub-hub-login = x ; a=1', 'a=1'],
  ])('%j becomes %j', (header, rest) => {
    expect(withoutHubLogin(header)).toBe(rest);
  });

  test.each(['a=1;b=2 ;  c', 'jupyterhub-session-id=1; jupyterhub-user-ada=2', 'x=jupyterhub-hub-login', ''])(
    '%j stays as it is',
    (header) => {
      expect(withoutHubLogin(header)).toBe(header);
    },
  );
});

describe('what the server below /user/ada/ may set', () => {
  test.each([
    '_xsrf=1; Path=/user/ada/',
    '_xsrf=1; path=/user/ada',
    'jupyterhub-user-ada=x; HttpOnly; Path=/user/ada/; Secure',
    'jupyterhub-user-ada=x',
    'app=1; Path=/',
    'app=1; Path=/user/%61da/deep',
    'app',
  ])('%s', (cookie) => {
    expect(mayServerSet(cookie, '/user/ada/', '/user/ada/lab')).toBe(true);
  });

  test('cookies of a user with @ pass in both spellings of the path', () => {
    expect(mayServerSet('jupyterhub-user-x=1; Path=/user/x%40y/', '/user/x@y/', '/user/x@y/lab')).toBe(true);
    expect(mayServerSet('jupyterhub-user-x=1; Path=/user/x@y/', '/user/x@y/', '/user/x@y/lab')).toBe(true);
  });
});

describe('what the server below /user/ada/ may not set', () => {
  test.each([
    'jupyterhub-hub-login=x',
    'JupyterHub-Hub-Login=x; Path=/user/ada/',
    '__Host-jupyterhub-hub-login=x; Path=/; Secure',
    'jupyterhub-session-id=x; Path=/',
    'app=1; Domain=example.org',
    'app=1; domain',
    'app=1; Path=/hub/',
    'app=1; Path=/HUB',
    'app=1; Path=/user/',
    'app=1; Path=/user',
    'app=1; Path=/user/bob/',
    'app=1; Path=/user/adam/',
    'app=1; Path=/services/grades/',
    'app=1; Path=/user/ada/; Path=/user/bob/',
    'jupyterhub-user-bob=x; Path=/',
    '_xsrf=x; Path=/',
    '=jupyterhub-session-id=x; Path=/',
    ' = jupyterhub-hub-login=x',
  ])('%s', (cookie) => {
    expect(mayServerSet(cookie, '/user/ada/', '/user/ada/lab')).toBe(false);
  });
});

test.each(['app=1', 'app=1; Path=lab', 'jupyterhub-user-bob=x'])(
  'in an answer to /user/ada itself, %s would be for everybody',
  (cookie) => {
    expect(mayServerSet(cookie, '/user/ada/', '/user/ada')).toBe(false);
    expect(mayServerSet(cookie, '/user/ada/', '/user/ada/')).toBe(true);
  },
);
