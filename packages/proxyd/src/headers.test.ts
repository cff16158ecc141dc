import { describe, expect, test } from 'vitest';
import { type RequestHeadersOptions, requestHeaders, responseHeaders, trailerPairs } from './headers.ts';
import { remoteUserRule } from './remote-user.ts';
import { plainAddress, trustedPeers } from './trusted-peers.ts';

const options: RequestHeadersOptions = {
  client: { remoteAddress: '203.0.113.7', encrypted: false },
  trusts: trustedPeers(['10.0.0.0/8']),
  remoteUser: remoteUserRule('X-Forwarded-User', trustedPeers(['10.0.0.0/8']), () => false),
  toServer: true,
  framing: 'none',
  method: 'GET',
  expects: false,
  upgrade: null,
};
const behindProxy = { ...options, client: { remoteAddress: '::ffff:10.1.2.3', encrypted: false } };

function valuesOf(raw: readonly string[], name: string): string[] {
  return raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name);
}

describe('headers towards a server', () => {
  test('what is meant for the server passes with order, spelling and repeats', () => {
    const raw = ['HOST', 'hub', 'X-A', '1', 'aCCept', '*/*', 'x-a', '2', 'Authorization', 'token abc'];
    expect(requestHeaders(raw, options).slice(0, raw.length)).toEqual(raw);
  });

  test('what is meant for the connection stays behind, also when Connection only names it', () => {
    const raw = [
      'Host',
      'h',
      'Connection',
      'keep-alive, X-Secret',
      'X-Secret',
      '1',
      'Keep-Alive',
      '1',
      'TE',
      'trailers',
    ];
    raw.push(
      'Proxy-Authorization',
      'x',
      'Upgrade',
      'h2c',
      'HTTP2-Settings',
      'x',
      'Proxy-Connection',
      'close',
      'Expect',
      '100-continue',
    );
    const out = requestHeaders(raw, options).map((text) => text.toLowerCase());
    for (const name of [
      'connection',
      'x-secret',
      'keep-alive',
      'te',
      'proxy-authorization',
      'upgrade',
      'http2-settings',
      'expect',
    ]) {
      expect(out).not.toContain(name);
    }
  });

  test('Connection cannot take away what delimits or identifies a request', () => {
    const raw = [
      'Host',
      'h',
      'Content-Length',
      '3',
      'Cookie',
      'a=1',
      'Connection',
      'Host, Content-Length, Cookie, X-Real-IP, X-Forwarded-For',
    ];
    const out = requestHeaders(raw, { ...options, framing: 'length', method: 'POST' });
    expect(valuesOf(out, 'host')).toEqual(['h']);
    expect(valuesOf(out, 'content-length')).toEqual(['3']);
    expect(valuesOf(out, 'cookie')).toEqual(['a=1']);
    expect(valuesOf(out, 'x-real-ip')).toEqual(['203.0.113.7']);
  });

  test.each([
    ['GET', []],
    ['DELETE', []],
    ['POST', ['0']],
    ['PUT', ['0']],
  ])('%s without a body says %j of its length', (method, lengths) => {
    const out = requestHeaders(['Host', 'h'], { ...options, method });
    expect(valuesOf(out, 'content-length')).toEqual(lengths);
    expect(valuesOf(out, 'transfer-encoding')).toEqual([]);
  });

  test('a body in chunks goes on in chunks', () => {
    const out = requestHeaders(['Host', 'h', 'Transfer-Encoding', 'Chunked'], { ...options, framing: 'chunked' });
    expect(valuesOf(out, 'transfer-encoding')).toEqual(['chunked']);
  });

  test("the hub's login goes to the hub alone", () => {
    const raw = ['Host', 'h', 'Cookie', 'jupyterhub-hub-login=x; a=1', 'Cookie', 'jupyterhub-hub-login=y'];
    expect(valuesOf(requestHeaders(raw, options), 'cookie')).toEqual(['a=1']);
    const toHub = requestHeaders(raw, { ...options, toServer: false });
    expect(valuesOf(toHub, 'cookie')).toEqual(['jupyterhub-hub-login=x; a=1', 'jupyterhub-hub-login=y']);
  });
});

describe('X-Forwarded', () => {
  const forged = [
    ...['Host', 'hub:8000', 'X-Forwarded-For', '1.2.3.4', 'x_forwarded_for', '1.2.3.4', 'X-Forwarded-Proto', 'https'],
    ...[
      'X-Forwarded-Host',
      'evil',
      'X-Forwarded-Port',
      '1',
      'X-Real-IP',
      '1.2.3.4',
      'X-Scheme',
      'https',
      'Forwarded',
      'for=1.2.3.4;proto=https',
    ],
    ...['X-Forwarded-User', 'admin'],
  ];

  test('from a stranger it is replaced by what the connection shows', () => {
    expect(requestHeaders(forged, options)).toEqual([
      ...[
        'Host',
        'hub:8000',
        'X-Forwarded-For',
        '203.0.113.7',
        'X-Real-IP',
        '203.0.113.7',
        'X-Forwarded-Proto',
        'http',
      ],
      ...['X-Forwarded-Host', 'hub:8000', 'X-Forwarded-Port', '8000'],
    ]);
  });

  test('from a trusted proxy it is believed and continued', () => {
    const raw = [
      'Host',
      'inner',
      'X-Forwarded-For',
      '6.6.6.6, 198.51.100.9',
      'X-Forwarded-For',
      '10.9.9.9',
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'hub.example',
    ];
    const out = requestHeaders(raw, behindProxy);
    expect(valuesOf(out, 'x-forwarded-for')).toEqual(['6.6.6.6, 198.51.100.9, 10.9.9.9, 10.1.2.3']);
    expect(valuesOf(out, 'x-real-ip')).toEqual(['198.51.100.9']);
    expect(valuesOf(out, 'x-forwarded-proto')).toEqual(['https']);
    expect(valuesOf(out, 'x-forwarded-host')).toEqual(['hub.example']);
    expect(valuesOf(out, 'x-forwarded-port')).toEqual(['443']);
  });

  test('Forwarded and X-Scheme pass from nobody: what a trusted proxy did not check would come before what it did', () => {
    const out = requestHeaders(forged, behindProxy);
    expect(valuesOf(out, 'forwarded')).toEqual([]);
    expect(valuesOf(out, 'x-scheme')).toEqual([]);
  });

  test('a connection with TLS is https', () => {
    const out = requestHeaders(['Host', 'h'], { ...options, client: { ...options.client, encrypted: true } });
    expect(valuesOf(out, 'x-forwarded-proto')).toEqual(['https']);
    expect(valuesOf(out, 'x-forwarded-port')).toEqual(['443']);
  });
});

describe('headers towards a client', () => {
  const raw = [
    ...[
      'Content-Type',
      'text/html',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'jupyterhub-hub-login=evil; Path=/',
      'Set-Cookie',
      'b=2',
    ],
    ...[
      'Connection',
      'X-Hop',
      'X-Hop',
      '1',
      'Transfer-Encoding',
      'chunked',
      'Clear-Site-Data',
      '"*"',
      'Strict-Transport-Security',
      'max-age=0',
    ],
    ...['Alt-Svc', 'h3=":1"', 'Service-Worker-Allowed', '/', 'Location', '//x'],
  ];

  test('a user server speaks for itself, not for the origin', () => {
    expect(responseHeaders(raw, { serverPrefix: '/user/ada/', target: '/user/ada/x' })).toEqual([
      ...['Content-Type', 'text/html', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Location', '//x'],
    ]);
  });

  test('the hub may set its cookies and speak for the origin', () => {
    const out = responseHeaders(raw, { serverPrefix: null, target: '/hub/x' });
    expect(valuesOf(out, 'set-cookie')).toHaveLength(3);
    expect(valuesOf(out, 'strict-transport-security')).toHaveLength(1);
    expect(valuesOf(out, 'transfer-encoding')).toEqual([]);
    expect(valuesOf(out, 'x-hop')).toEqual([]);
  });

  test.each([
    ['/user/ada/', 1],
    ['/user/ada/static/', 1],
    ['/user/ada', 0],
    ['/user/ada/../', 0],
    ['/user/ada/%2e%2e/', 0],
    ['/', 0],
  ])('a service worker may have the scope %s: %d', (scope, count) => {
    const out = responseHeaders(['Service-Worker-Allowed', scope], {
      serverPrefix: '/user/ada/',
      target: '/user/ada/x',
    });
    expect(valuesOf(out, 'service-worker-allowed')).toHaveLength(count);
  });

  test('trailers carry what may come late, not what a head decides', () => {
    const trailers = ['Server-Timing', 'a', 'Set-Cookie', 'x=1', 'Content-Length', '3', 'Transfer-Encoding', 'chunked'];
    expect(trailerPairs(trailers)).toEqual([['Server-Timing', 'a']]);
  });
});

describe('trusted proxies', () => {
  test.each([
    ['10.0.0.1', ['10.0.0.1'], true],
    ['10.0.0.2', ['10.0.0.1'], false],
    ['10.200.0.1', ['10.0.0.0/8'], true],
    ['fd00::5', ['fd00::/8'], true],
    ['fe80::5', ['fd00::/8'], false],
    ['unix', ['unix'], true],
    ['unix', ['10.0.0.0/8'], false],
    ['10.0.0.1', [], false],
  ])('%s, with %j listed: %s', (address, list, trusted) => {
    expect(trustedPeers(list)(address)).toBe(trusted);
  });

  test.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/9', 'fd00::/129', ''])(
    '%j cannot be listed',
    (entry) => {
      expect(() => trustedPeers([entry])).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    },
  );

  test('an address is written as people know it', () => {
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('fd00::1')).toBe('fd00::1');
    expect(plainAddress(undefined)).toBe('unix');
  });
});

describe('the user that a web server in front vouches for', () => {
  const raw = ['Host', 'h', 'X-Forwarded-User', 'ada', 'X_Tshub_Remote_User', 'eve', 'X-Tshub-Remote-User', 'eve'];
  const asserted = (out: readonly string[]): string[] => valuesOf(out, 'x-tshub-remote-user');

  test('is told to the hub, and only under our own name', () => {
    const out = requestHeaders(raw, { ...behindProxy, toServer: false });
    expect(asserted(out)).toEqual(['ada']);
    expect(out.join()).not.toMatch(/X-Forwarded-User|eve/);
  });

  test('is nobody when a browser says so, and nothing for user servers', () => {
    for (const out of [requestHeaders(raw, { ...options, toServer: false }), requestHeaders(raw, behindProxy)])
      expect(out.join()).not.toMatch(/ada|eve/);
  });
});
