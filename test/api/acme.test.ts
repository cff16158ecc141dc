import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renew } from '@tshub/acme';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PublicFront, startPublicFront } from '../../packages/proxyd/src/public-front.ts';
import { makePem, type Pem } from '../../packages/proxyd/src/tls/forge-certificate.ts';
import { type AcmeServer, startAcmeServer } from '../support/acme-server.ts';
import { eventually, exchange, type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

const said: string[] = [];
const log = makeLog({ name: 'test', output: { write: (line: string) => void said.push(JSON.parse(line).msg) } });
const domains = ['hub.example.org', 'lab.example.org'];
let authority: Pem;
let server: AcmeServer;
let t: ProxyForTest;
let front: PublicFront;
const frontPort = () => front.ports[0] ?? 0;
let folder: string;

beforeAll(async () => {
  authority = await makePem({ commonName: 'test', names: [], days: 1, isAuthority: true, now: Date.now() });
});

beforeEach(async () => {
  said.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'tshub-acme-'));
  server = await startAcmeServer(authority, () => frontPort());
  t = await proxyForTest({ front: true });
  front = await startPublicFront({
    settings: settings(),
    listen: [{ host: '127.0.0.1', port: 0 }],
    proxy: t.proxy,
    peer: peerCredentials,
    folder,
    hostNames: ['localhost'],
    log,
    clock: Date.now,
    watchMs: 20,
  });
});

afterEach(async () => {
  front.stop();
  await t.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function settings(own: Record<string, unknown> = {}) {
  const all = { mode: 'acme', acme_domains: domains, acme_agree: true, acme_directory: server.directory, ...own };
  return schema.parse({ proxy_tls: all });
}

const ask = (own: Record<string, unknown> = {}, now = Date.now()) =>
  renew({ settings: settings(own).proxy_tls, folder, log, now });

test('a certificate of the authority replaces our own as soon as it is there', async () => {
  const before = front.tlsStatus();
  expect(before).toMatchObject({ tls: true, certificateNames: ['localhost'] });
  expect(said).toEqual([]);
  expect(await ask()).toBe(true);
  await eventually('it is served', () => front.tlsStatus().fingerprint !== before.fingerprint);
  expect(front.tlsStatus().certificateNames).toEqual(domains);
  expect(said.filter((line) => line.startsWith('certificates have changed'))).toHaveLength(1);
  expect(server.looked.map((line) => line.replace(/:.*/, '')).toSorted()).toEqual(domains);
  expect(readdirSync(join(folder, 'acme', 'challenges'))).toEqual([]);
  for (const file of ['account.pem', 'certificate.pem']) {
    expect(statSync(join(folder, 'acme', file)).mode & 0o777, file).toBe(0o600);
  }
});

test('it is asked for again a month before its end, or for other names, by the same account', async () => {
  await ask();
  const account = readFileSync(join(folder, 'acme', 'account.pem'), 'utf8');
  expect(await ask()).toBe(false);
  expect(await ask({}, Date.now() + 59 * 86_400_000)).toBe(false);
  expect(await ask({ acme_domains: ['other.example.org'] })).toBe(true);
  // What is given then is good for three months of the authority's time, which is not this one.
  await expect(ask({ acme_domains: ['other.example.org'] }, Date.now() + 61 * 86_400_000)).rejects.toThrow(
    /not for these/,
  );
  expect(readFileSync(join(folder, 'acme', 'account.pem'), 'utf8')).toBe(account);
});

test('an authority that finds something else at the name gives none, and what is served stays', async () => {
  const before = front.tlsStatus();
  front.stop();
  await expect(ask()).rejects.toThrow();
  expect(readdirSync(join(folder, 'acme')).toSorted()).toEqual(['account.pem', 'challenges']);
  expect(front.tlsStatus()).toEqual(before);
});

test.each([
  [{ acme_domains: [] }, /acme_domains: mode "acme" needs one/],
  [{ acme_agree: false }, /acme_agree: read the terms/],
])('nothing is asked with %j', async (own, problem) => {
  await expect(ask(own)).rejects.toThrow(problem);
  expect(server.looked).toEqual([]);
});

test('nothing is asked in another mode', async () => {
  expect(await ask({ mode: 'self-signed' })).toBe(false);
});

test.each(['x', '../account.pem', '..%2Faccount.pem', ''])(
  'a challenge %j that nobody set is sent to https like the rest',
  async (token) => {
    const said = await exchange(
      frontPort(),
      `GET /.well-known/acme-challenge/${token} HTTP/1.1\r\nHost: hub.example.org\r\n\r\n`,
    );
    expect(said).toMatch(/^HTTP\/1\.1 (?:301|400) /);
    expect(said).not.toContain('KEY');
  },
);
