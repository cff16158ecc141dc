import { serverPrefix } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import { parseAnyPrefix, parsePrefix } from './route-prefix.ts';

describe('the prefix of a route', () => {
  test.each([
    ['/user/ada/', '/user/ada/'],
    ['/user/ada', '/user/ada/'],
    ['/user/x%40y/', '/user/x@y/'],
    ['/user/x@y/', '/user/x@y/'],
    ['/user/gr%C3%BC%C3%9F/', '/user/gr%C3%BC%C3%9F/'],
    ['/services/grades/', '/services/grades/'],
  ])('%s reads as %s', (text, normal) => {
    expect(parsePrefix(text).text).toBe(normal);
  });

  test.each(['ada', 'x@y.org', 'a b', "o'neil", 'ü', 'a%b', 'a.b', '~x', 'a(b)*!'])(
    'the one of user %j is its own normal form',
    (user) => {
      for (const server of ['', 'lab one']) {
        const prefix = serverPrefix(user, server);
        expect(parsePrefix(prefix).text).toBe(prefix);
      }
    },
  );

  test.each(['/', '/hub/', '/hub/api/', '/user/', '/services/', '/_tshub/x/', '/other/ada/'])(
    "%s is the hub's",
    (text) => {
      expect(() => parsePrefix(text)).toThrow(expect.objectContaining({ code: 'route_conflict' }));
    },
  );

  test.each([
    '',
    'user/ada/',
    '//user/ada/',
    '/user//',
    '/user/../hub/',
    '/user/%2e%2e/hub/',
    '/user/a%2Fb/',
    '/user/a\\b/',
    '/user/%zz/',
    '/user/ü/',
    '/user/a b/',
    '/user/a?b/',
    '/user/1/2/3/4/5/6/7/8/',
  ])('%j is no prefix', (text) => {
    expect(() => parsePrefix(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test.each(['x'.repeat(2000), '!'.repeat(900)])(
    'a prefix may not be longer than any path of ours, nor its normal form: %s',
    (name) => {
      expect(() => parsePrefix(`/user/${name}/`)).toThrow(expect.objectContaining({ code: 'bad_request' }));
      expect(() => parseAnyPrefix(`/${name}/`)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    },
  );
});
