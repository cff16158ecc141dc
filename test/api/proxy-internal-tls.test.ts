import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { schema } from '@tshub/config';
import { anyUid } from '@tshub/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CertificateWish, makePem, type Pem } from '../../packages/proxyd/src/tls/forge-certificate.ts';
import { exchange, type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
const servers: Server[] = [];
/** Targets of the requests that reached a server. */
let reached: string[] = [];

afterEach(async () => {
  await t.close();
  reached = [];
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** The port of a server that is closed after the test. */
async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A route as an operator adds it. */
async function add(prefix: string, target: string): Promise<void> {
  await t.proxy.routes.add({ prefix, target, uid: anyUid, data: {}, posted: { target } });
}

const ask = async (path: string, more = 'Connection: close\r\n') => {
  const said = await exchange(t.proxy.port, `GET ${path} HTTP/1.1\r\nHost: hub.test\r\n${more}\r\n`);
  const [head = '', body = ''] = said.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
};
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

describe('https targets', () => {
  let folder: string;
  let authority: Pem;
  let pems: Record<'server' | 'client' | 'expired' | 'stranger' | 'elsewhere', Pem>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tshub-internal-'));
    const now = Date.now();
    const authorityOf = (commonName: string) => makePem({ commonName, names: [], days: 1, isAuthority: true, now });
    const [own, foreign] = await Promise.all([authorityOf('internal'), authorityOf('internal')]);
    authority = own;
    const make = (commonName: string, more: Partial<CertificateWish> = {}) =>
      makePem({ commonName, names: ['localhost', '127.0.0.1'], days: 1, issuer: own, now, ...more });
    const [server, client, expired, stranger, elsewhere] = await Promise.all([
      make('server'),
      make('client'),
      make('server', { now: now - 3 * 86_400_000 }),
      make('client', { issuer: foreign }),
      make('server', { names: ['elsewhere.test'] }),
    ]);
    pems = { server, client, expired, stranger, elsewhere };
    for (const [name, { cert, key }] of Object.entries({ authority, foreign, ...pems })) {
      writeFileSync(file(`${name}.crt`), cert);
      writeFileSync(file(`${name}.key`), key);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string) => join(folder, name);
  const shows = (name: string) => ({ certificate_file: file(`${name}.crt`), key_file: file(`${name}.key`) });
  const internal = () => ({ ca_file: file('authority.crt'), ...shows('client') });

  /** The port of a server that takes only clients of the same authority, and says who came. */
  const strict = (own: Pem = pems.server) => {
    const options = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const made = createTlsServer(options, (req, res) => {
      reached.push(req.url ?? '');
      res.end((req.socket as TLSSocket).getPeerCertificate().subject.CN);
    });
    made.on('upgrade', (req, socket) => {
      reached.push(req.url ?? '');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.end('hello');
    });
    return listen(made);
  };

  test('are verified, and verify this proxy', async () => {
    t = await proxyForTest({ routes: internal() });
    const port = await strict();
    for (const host of ['127.0.0.1', 'localhost']) {
      await add('/', `https://${host}:${port}`);
      expect(await ask('/')).toMatchObject({ status: 200, body: 'client' });
      expect(await exchange(t.proxy.port, `GET / HTTP/1.1\r\nHost: h\r\n${upgrade}\r\n`)).toMatch(/ 101 [^]*hello$/);
    }
  });

  describe.each([
    ['a request', 'Connection: close\r\n'],
    ['a websocket', upgrade],
  ])('by %s', (_what, more) => {
    test.each([
      ['has expired', 'expired', {}],
      ['is for another name', 'elsewhere', {}],
      ['is of another authority', 'server', { ca_file: '/FOLDER/foreign.crt' }],
      ['is of no authority of this host', 'server', { ca_file: '' }],
    ] as const)('are sent nothing when their certificate %s; it is said why', async (_why, shown, wrong) => {
      const settings = Object.entries({ ...internal(), ...wrong }).map(([key, value]) => [
        key,
        value.replace('/FOLDER', folder),
      ]);
      t = await proxyForTest({ routes: Object.fromEntries(settings) });
      await add('/app', `https://127.0.0.1:${await strict(pems[shown])}`);
      const { status, body } = await ask('/app/secret', `Accept: application/json\r\n${more}`);
      expect([status, body.trim()]).toEqual([502, '{"status":502,"message":"The server could not be verified"}']);
      expect(reached).toEqual([]);
      const said = t.records.filter(({ event }) => event === 'route-refused').map(({ msg }) => msg);
      expect(said).toEqual([
        expect.stringMatching(/^refusing requests for \/app\/: what answers there shows a certificate /),
      ]);
    });

    test.each([
      ['of another authority', () => shows('stranger')],
      ['at all', () => ({ certificate_file: '', key_file: '' })],
    ])('take nothing from a proxy that has no certificate of theirs, %s', async (_which, own) => {
      t = await proxyForTest({ routes: { ...internal(), ...own() } });
      await add('/', `https://127.0.0.1:${await strict()}`);
      expect((await ask('/', more)).status).toBe(502);
      expect(reached).toEqual([]);
    });
  });

  test('are not looked at when the settings do not care', async () => {
    t = await proxyForTest({ routes: { ...shows('client'), insecure: true } });
    await add('/', `https://127.0.0.1:${await strict(pems.elsewhere)}`);
    expect((await ask('/')).status).toBe(200);
  });

  test('get new certificates at a reload, over new connections', async () => {
    t = await proxyForTest({ routes: { ...internal(), ...shows('stranger') } });
    await add('/', `https://127.0.0.1:${await strict()}`);
    expect((await ask('/')).status).toBe(502);
    const fresh = schema.parse({ proxy_routes: internal() });
    expect(t.proxy.prepareReload(fresh)()).toEqual([]);
    expect(await ask('/')).toMatchObject({ status: 200, body: 'client' });
  });

  test('that take a connection but shake no hands are given up on', async () => {
    t = await proxyForTest({ routes: internal(), connect_timeout: 0.2 });
    const mute = createNetServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    await add('/', `https://127.0.0.1:${(mute.address() as AddressInfo).port}`);
    expect((await ask('/')).status).toBe(504);
    await new Promise((resolve) => mute.close(resolve));
  });

  test.each([
    [{ error_pages: '/no/such' }, /proxy_routes\.error_pages: cannot be read/],
    [{ error_target: 'nowhere' }, /target: expected a URL/],
    [{ default_target: 'nowhere' }, /target: expected a URL/],
    [{ ca_file: '/no/such' }, /proxy_routes\.ca_file: cannot be read/],
    [{ certificate_file: '/etc/hostname' }, /certificate_file and key_file both/],
  ])('are refused with %j', async (routes, problem) => {
    await expect(proxyForTest({ routes })).rejects.toThrow(problem);
    t = await proxyForTest();
  });
});
