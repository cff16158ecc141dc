import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../packages/proxyd/src/edge.ts';
import { makePem, type Pem } from '../../packages/proxyd/src/tls/forge-certificate.ts';
import { type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

// The API's port as JupyterHub's internal_ssl has it: https, and both sides show a certificate.

const token = 'a-token-of-more-than-16-characters';
const log = makeLog({ name: 'test', output: { write: () => undefined } });
let folder: string;
let t: ProxyForTest;
let edge: Edge | undefined;
let port: number;
let authority: Pem;
let api: Pem;
let renewed: Pem;
let hub: Pem;
let stranger: Pem;

beforeAll(async () => {
  const now = Date.now();
  const authorityOf = (commonName: string) => makePem({ commonName, names: [], days: 1, isAuthority: true, now });
  const [own, foreign] = await Promise.all([authorityOf('internal'), authorityOf('foreign')]);
  const make = (commonName: string, issuer: Pem) =>
    makePem({ commonName, names: ['localhost', '127.0.0.1'], days: 1, issuer, now });
  authority = own;
  [api, renewed, hub, stranger] = await Promise.all([
    make('proxy-api', own),
    make('proxy-api', own),
    make('hub', own),
    make('hub', foreign),
  ]);
});
beforeEach(async () => {
  t = await proxyForTest();
  folder = mkdtempSync(join(tmpdir(), 'tshub-api-'));
  writeFileSync(join(folder, 'token'), token);
  write('authority', authority);
  write('api', api);
  port = await freePort();
});
afterEach(async () => {
  await edge?.close();
  edge = undefined;
  await t.close();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);
const write = (name: string, { cert, key }: Pem) => {
  writeFileSync(file(`${name}.crt`), cert);
  writeFileSync(file(`${name}.key`), key);
};
const own = () => ({ certificate_file: file('api.crt'), key_file: file('api.key') });
const settingsOf = (settings: Record<string, unknown>) =>
  schema.parse({ proxy_api: { listen: `127.0.0.1:${port}`, token_file: file('token'), ...settings } }).proxy_api;

async function start(settings: Record<string, unknown>): Promise<Edge> {
  const parts = { proxy: t.proxy, apiSocket: file('api.sock'), credentials: undefined, log };
  return (edge = await startEdge({ ...parts, settings: settingsOf(settings) }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** What the API says to who trusts its authority and shows `client`; rejects without an answer. */
function ask(client?: Pem, authorization = `token ${token}`): Promise<{ status: number; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const shown = client === undefined ? {} : { cert: client.cert, key: client.key };
    const options = { port, host: '127.0.0.1', path: '/api/routes', ca: authority.cert, agent: false, ...shown };
    request({ ...options, headers: { authorization } }, (answer) => {
      const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
      answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, fingerprint: fingerprint256 }));
    })
      .on('error', reject)
      .end();
  });
}

describe("the API's port over TLS", () => {
  test('asks for the token, and for nothing else unless the settings do', async () => {
    await start(own());
    expect(await ask()).toMatchObject({ status: 200 });
    expect(await ask(undefined, 'token wrong')).toMatchObject({ status: 403 });
  });

  test('takes clients of the right authority only, when the settings name one; they need the token still', async () => {
    await start({ ...own(), client_ca_file: file('authority.crt') });
    expect(await ask(hub)).toMatchObject({ status: 200 });
    expect(await ask(hub, 'token wrong')).toMatchObject({ status: 403 });
    await expect(ask()).rejects.toThrow();
    await expect(ask(stranger)).rejects.toThrow();
  });

  test('does not speak plain HTTP', async () => {
    await start(own());
    const plain = new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: '/api/routes', headers: { authorization: `token ${token}` } }, resolve).on(
        'error',
        reject,
      );
    });
    await expect(plain).rejects.toThrow();
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test('has a new certificate after a reload; who wants no TLS any more needs a restart', async () => {
    const { prepareReload } = await start(own());
    const before = await ask();
    write('api', renewed);
    expect(prepareReload(settingsOf(own()))()).toEqual([]);
    const after = await ask();
    expect(after.status).toBe(200);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(prepareReload(settingsOf({}))()).toEqual(['proxy_api.certificate_file']);
    expect(await ask()).toEqual(after);
  });

  test.each([
    [{ certificate_file: '/etc/hostname' }, /proxy_api: expected certificate_file and key_file both/],
    [{ certificate_file: '/no/such', key_file: '/no/such' }, /proxy_api\.certificate_file: cannot be read/],
    [{ client_ca_file: '/etc/ssl/certs/ca-certificates.crt' }, /proxy_api\.client_ca_file: expected certificate_file/],
  ])('is refused with %j', async (settings, problem) => {
    await expect(start(settings)).rejects.toThrow(problem);
  });

  test('is refused with a key that is not of its certificate', async () => {
    write('hub', hub);
    await expect(start({ ...own(), key_file: file('hub.key') })).rejects.toThrow(/proxy_api: the certificate cannot/);
  });
});
