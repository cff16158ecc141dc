import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makePem, type Pem } from '../../packages/proxyd/src/tls/forge-certificate.ts';
import { type PublicFront, startPublicFront } from '../../packages/proxyd/src/public-front.ts';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  secondThread,
} from '../support/proxy-for-test.ts';

const now = Date.now();
const fingerprintOf = (socket: TLSSocket) => socket.getPeerCertificate().fingerprint256;
let authority: Pem;
let hub: Pem;
let other: Pem;

beforeAll(async () => {
  authority = await makePem({ commonName: 'test', names: [], days: 1, isAuthority: true, now });
  const make = (names: string[]) => makePem({ commonName: names[0] ?? '', names, days: 1, issuer: authority, now });
  [hub, other] = await Promise.all([make(['hub.test', '127.0.0.1']), make(['other.test', '*.wild.test'])]);
});

let t: ProxyForTest;
let front: PublicFront;
const frontPort = () => front.ports[0] ?? 0;
let folder: string;
const records: string[] = [];
const log = makeLog({ name: 'test', output: { write: (line: string) => void records.push(JSON.parse(line).msg) } });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-tls-'));
  records.length = 0;
});

afterEach(async () => {
  front.stop();
  await t.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, { cert, key }: Pem): { certificate: string; key: string } {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  writeFileSync(files.certificate, cert);
  writeFileSync(files.key, key);
  return files;
}

interface ProxySettings extends Record<string, unknown> {
  readonly withThread?: boolean;
}

/** A front with the certificate `hub` unless `tls` says otherwise. */
async function start(
  tls: Record<string, unknown> = {},
  { withThread = false, ...proxy }: ProxySettings = {},
): Promise<void> {
  const all = { mode: 'files', certificates: [write('hub', hub)], ...tls };
  t = await proxyForTest({ ...proxy, withThread, tls: all, front: true, ticketKeys: () => front.ticketKeys() });
  front = await startPublicFront({
    settings: settingsOf(all, proxy),
    listen: [{ host: '127.0.0.1', port: 0 }],
    proxy: t.proxy,
    peer: peerCredentials,
    folder: join(folder, 'keys'),
    hostNames: ['lab.test', 'localhost', '127.0.0.1', '::1'],
    log,
    clock: () => now,
    watchMs: 20,
    onTicketKeys: (keys) => t.proxy.crew?.setTicketKeys(keys),
    onCertificates: (keys) => t.proxy.crew?.readCertificates(keys),
  });
  if (withThread) await secondThread(t.proxy, frontPort());
}

const settingsOf = (tls: Record<string, unknown>, proxy: Record<string, unknown> = {}) =>
  schema.parse({ proxy, proxy_tls: tls });

/** A client's side of a handshake that succeeded. */
async function shake(options: ConnectionOptions = {}, before?: Socket): Promise<TLSSocket> {
  const socket = connectTls({
    ...(before === undefined ? { port: frontPort(), host: '127.0.0.1' } : { socket: before }),
    ca: authority.cert,
    servername: 'hub.test',
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
  socket.on('error', () => undefined);
  return socket;
}

/** What comes back for some bytes until the connection ends. */
async function say(socket: Socket, text: string): Promise<string> {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (received += chunk));
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

const last = (path: string) => `GET ${path} HTTP/1.1\r\nHost: hub.test\r\nConnection: close\r\n\r\n`;

describe('requests over TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'are served with %s, and servers are told that it is https',
    async (version) => {
      await start();
      await t.route('ada', (req, res) =>
        res.end(`${String(req.headers['x-forwarded-proto'])} ${String(req.headers['x-forwarded-port'])}`),
      );
      const socket = await shake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      expect(await say(socket, last('/user/ada/'))).toMatch(/\r\n\r\nhttps 443$/);
    },
  );

  test('are not served with an older version', async () => {
    await start({ min_version: '1.3' });
    await expect(shake({ maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  test('carry bodies both ways, and websockets', async () => {
    await start();
    const server = await t.route('ada', (req, res) => req.pipe(res));
    server.on('upgrade', (_req, socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    });
    const big = Buffer.alloc(3_000_000, 'x');
    const answer = await new Promise<number>((resolve, reject) => {
      const options = { port: frontPort(), host: '127.0.0.1', path: '/user/ada/', method: 'POST', ca: authority.cert };
      const ask = request(options, (res) => {
        let size = 0;
        res.on('data', (chunk: Buffer) => (size += chunk.length));
        res.on('end', () => resolve(size));
      });
      ask.on('error', reject);
      ask.end(big);
    });
    expect(answer).toBe(big.length);
    const socket = await shake();
    const said = say(socket, 'GET /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await eventually('the websocket is there', () => t.proxy.status().websockets === 1);
    socket.write('echo');
    socket.end();
    expect(await said).toMatch(/ 101 [^]*echo$/);
  });

  test('tell browsers to stay with https when the settings say so, whoever answers', async () => {
    await start({ hsts_max_age: 3600 });
    await t.route('ada', (_req, res) => res.setHeader('Strict-Transport-Security', 'max-age=1').end('ok'));
    const said = await say(await shake(), last('/user/ada/'));
    expect(said.match(/strict-transport-security: .*/gi)).toEqual(['Strict-Transport-Security: max-age=3600']);
  });

  /** A session of a client that was served; what it keeps to resume it. */
  async function sessionOf(options: ConnectionOptions = {}): Promise<Buffer> {
    const socket = await shake(options);
    // Of TLS 1.2 it is there with the handshake; TLS 1.3 sends it after.
    let session: Buffer | undefined = socket.getSession();
    socket.on('session', (fresh: Buffer) => (session = fresh));
    expect(await say(socket, last('/user/ada/'))).toMatch(/ok$/);
    return session!;
  }
  const isResumed = async (options: ConnectionOptions) => {
    const socket = await shake(options);
    const isReused = socket.isSessionReused();
    socket.destroy();
    return isReused;
  };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('resume a session of %s, also after a reload', async (version) => {
    await start();
    await t.route('ada', (_req, res) => res.end('ok'));
    const options = { minVersion: version, maxVersion: version };
    const session = await sessionOf(options);
    expect(await isResumed({ ...options, session })).toBe(true);
    await front.reload(settingsOf({ mode: 'files', certificates: [write('hub', hub)] }));
    expect(await isResumed({ ...options, session })).toBe(true);
  });

  test('resume no session whose certificate somebody else vouched for', async () => {
    const client_ca_file = join(folder, 'ca.crt');
    writeFileSync(client_ca_file, authority.cert);
    await start({ client_ca_file });
    await t.route('ada', (_req, res) => res.end('ok'));
    const client = { ...other, maxVersion: 'TLSv1.2' as const };
    const session = await sessionOf(client);
    expect(await isResumed({ ...client, session })).toBe(true);
    const foreign = await makePem({ commonName: 'foreign', names: [], days: 1, isAuthority: true, now });
    writeFileSync(client_ca_file, foreign.cert);
    await front.reload(settingsOf({ mode: 'files', certificates: [write('hub', hub)], client_ca_file }));
    await expect(shake({ ...client, session })).rejects.toThrow();
  });

  test('resume in another thread what one has begun', async () => {
    await start({}, { withThread: true });
    await t.route('ada', (_req, res) => res.end('ok'));
    const sessions: Buffer[] = [];
    // The first of every twenty-one connections is the first thread's.
    for (let i = 0; i < 25; i++) {
      const socket = await shake();
      socket.on('session', (fresh: Buffer) => sessions.push(fresh));
      expect(await say(socket, last('/user/ada/'))).toMatch(/ok$/);
    }
    await t.proxy.collect();
    expect(t.proxy.counts.read('tshub_proxy_tls_handshakes')).toBe(25);
    const reused: boolean[] = [];
    for (const session of sessions.slice(0, 50)) {
      const socket = await shake({ session });
      reused.push(socket.isSessionReused());
      socket.destroy();
    }
    expect(new Set(reused)).toEqual(new Set([true]));
  });

  test.each(['its file changes', 'a reload'])('go by another authority in every thread after %s', async (when) => {
    const client_ca_file = join(folder, 'ca.crt');
    const certificates = [write('hub', hub)];
    writeFileSync(client_ca_file, authority.cert);
    await start({ certificates, client_ca_file }, { withThread: true });
    await t.route('ada', (_req, res) => res.end('ok'));
    const before = { ...other, maxVersion: 'TLSv1.2' as const };
    const session = await sessionOf(before);
    const foreign = await makePem({ commonName: 'foreign', names: [], days: 1, isAuthority: true, now });
    const theirs = await makePem({ commonName: 'bob', names: ['bob.test'], days: 1, issuer: foreign, now });
    writeFileSync(client_ca_file, foreign.cert);
    if (when === 'a reload') {
      const fresh = settingsOf({ mode: 'files', certificates, client_ca_file });
      await t.proxy.crew!.prepareReload(fresh);
      await front.reload(fresh);
      await t.proxy.crew!.applyReload(front.ticketKeys());
    } else
      await eventually('it is noticed', () => records.some((text) => text.startsWith('certificates have changed')));
    const after = { ...theirs, maxVersion: 'TLSv1.2' as const };
    // The first of every twenty-one connections is the first thread's.
    const sessions: Buffer[] = [];
    for (let i = 0; i < 25; i++) {
      await expect(shake({ ...before, session })).rejects.toThrow();
      sessions.push(await sessionOf(after));
    }
    for (const one of sessions) expect(await isResumed({ ...after, session: one })).toBe(true);
  });

  test('come from where a balancer says, in every thread', async () => {
    await start({}, { withThread: true, proxy_protocol: true, trusted_proxies: ['127.0.0.1'] });
    await t.route('ada', (req, res) => res.end(String(req.headers['x-real-ip'])));
    for (let i = 0; i < 3; i++) {
      const socket = connect({ port: frontPort(), host: '127.0.0.1' });
      socket.write('PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n');
      expect(await say(await shake({}, socket), last('/user/ada/'))).toMatch(/203\.0\.113\.9$/);
    }
  });

  test('need a certificate when the settings say whose', async () => {
    writeFileSync(join(folder, 'ca.crt'), authority.cert);
    await start({ client_ca_file: join(folder, 'ca.crt') });
    await t.route('ada', (_req, res) => res.end('ok'));
    const stranger = await makePem({ commonName: 'eve', names: [], days: 1, now });
    for (const client of [{}, stranger]) {
      const refused = shake({ ...client, maxVersion: 'TLSv1.2' });
      await expect(refused).rejects.toThrow();
    }
    expect(await say(await shake(other), last('/user/ada/'))).toMatch(/ok$/);
  });
});

describe('certificates', () => {
  test('are chosen by the name that is asked for', async () => {
    await start({ certificates: [write('hub', hub), write('other', other)] });
    const names = { 'hub.test': hub, 'other.test': other, 'OTHER.test': other, 'a.wild.test': other, 'no.test': hub };
    for (const [servername, expected] of Object.entries(names)) {
      const socket = await shake({ servername, checkServerIdentity: () => undefined });
      const wanted = await fingerprint(expected);
      expect(fingerprintOf(socket), servername).toBe(wanted);
      socket.destroy();
    }
  });

  test('are read again when their files change; what is open stays open', async () => {
    await start();
    const before = front.tlsStatus();
    expect(before).toMatchObject({ tls: true, certificateNames: ['hub.test', '127.0.0.1'] });
    const open = await shake();
    // One at a time, as renewals do; the certificate without its key cannot be used.
    writeFileSync(join(folder, 'hub.crt'), other.cert);
    await eventually('the half is noticed', () =>
      records.some((text) => text.includes('going on with the one from before')),
    );
    expect(front.tlsStatus()).toEqual(before);
    writeFileSync(join(folder, 'hub.key'), other.key);
    await eventually('the change is noticed', () => front.tlsStatus().fingerprint !== before.fingerprint);
    const socket = await shake({ servername: 'other.test' });
    expect(fingerprintOf(socket)).toBe(front.tlsStatus().fingerprint);
    socket.destroy();
    await t.route('ada', (_req, res) => res.end('ok'));
    expect(await say(open, last('/user/ada/'))).toMatch(/ok$/);
  });

  test('are read again at a reload, which is refused as a whole when they cannot be', async () => {
    await start();
    const before = front.tlsStatus();
    writeFileSync(join(folder, 'bad.crt'), 'no certificate');
    const bad = settingsOf({
      mode: 'files',
      certificates: [{ ...write('other', other), certificate: join(folder, 'bad.crt') }],
    });
    await expect(front.reload(bad)).rejects.toThrow(/proxy_tls\.certificates\.0: the certificate cannot be read/);
    expect(front.tlsStatus()).toEqual(before);
    const good = settingsOf({ mode: 'files', certificates: [write('other', other)] }, { proxy_protocol: true });
    expect(await front.reload(good)).toEqual(['proxy.proxy_protocol']);
    expect(front.tlsStatus()).toMatchObject({ certificateNames: ['other.test', '*.wild.test'] });
  });

  test('are not touched by a reload that turns TLS off: that waits for a restart, as what else is said to', async () => {
    const trusted_proxies = ['127.0.0.1'];
    await start({}, { trusted_proxies });
    await t.route('ada', (_req, res) => res.end('ok'));
    const waiting = await front.reload(settingsOf({ mode: 'off' }, { proxy_protocol: true, trusted_proxies }));
    expect(waiting).toEqual(['proxy.proxy_protocol', 'proxy_tls.mode', 'proxy_tls.certificates']);
    expect(await say(await shake(), last('/user/ada/'))).toMatch(/ok$/);
  });

  test('of another kind come with a reload', async () => {
    await start();
    expect(await front.reload(settingsOf({ mode: 'self-signed' }))).toEqual([]);
    expect(front.tlsStatus().certificateNames).toContain('lab.test');
  });

  test('of clients are asked for, and believed as before, until a restart when they are no longer wanted', async () => {
    const client_ca_file = join(folder, 'ca.crt');
    writeFileSync(client_ca_file, authority.cert);
    const certificates = [write('hub', hub)];
    await start({ certificates, client_ca_file });
    await t.route('ada', (_req, res) => res.end('ok'));
    expect(await front.reload(settingsOf({ mode: 'files', certificates }))).toEqual(['proxy_tls.client_ca_file']);
    expect(await say(await shake(other), last('/user/ada/'))).toMatch(/ok$/);
  });

  test.each([
    ['there is none', () => [], /needs one/],
    [
      'a file is missing',
      () => [{ certificate: '/no/such', key: '/no/such' }],
      /certificates\.0\.certificate: cannot be read: ENOENT/,
    ],
    [
      'the key is another’s',
      () => [{ ...write('hub', hub), key: write('other', other).key }],
      /the key does not belong to the certificate/,
    ],
  ])('are refused when %s', async (_when, certificates, problem) => {
    await start();
    await expect(front.reload(settingsOf({ mode: 'files', certificates: certificates() }))).rejects.toThrow(problem);
  });

  test('of our own making are made once, for the names of this host, and kept where only the proxy reads', async () => {
    await start({ mode: 'self-signed' });
    const { fingerprint: first, certificateNames, certificateExpires } = front.tlsStatus();
    expect(certificateNames).toEqual(['lab.test', 'localhost', '127.0.0.1', '0:0:0:0:0:0:0:1']);
    expect(Number(certificateExpires) - now).toBeGreaterThan(800 * 86_400_000);
    const kept = readFileSync(join(folder, 'keys', 'self-signed.pem'), 'utf8');
    const socket = await shake({ ca: kept, servername: 'lab.test' });
    expect(socket.authorized).toBe(true);
    expect(fingerprintOf(socket)).toBe(first);
    socket.destroy();
    await front.reload(settingsOf({ mode: 'self-signed' }));
    expect(front.tlsStatus().fingerprint).toBe(first);
  });
});

async function fingerprint({ cert }: Pem): Promise<string> {
  const { X509Certificate } = await import('node:crypto');
  return new X509Certificate(cert).fingerprint256;
}

describe('plain HTTP on a port with TLS', () => {
  test.each([
    ['GET /hub/home?a=b HTTP/1.1\r\nHost: hub.test:8000\r\n\r\n', '301', 'https://hub.test:8000/hub/home?a=b'],
    ['GET / HTTP/1.1\r\nHost: hub.test\r\n\r\n', '301', 'https://hub.test/'],
    ['GET / HTTP/1.1\r\nhost:hub.test:80\r\n\r\n', '301', 'https://hub.test/'],
    ['GET //evil.test/x HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n', '301', 'https://[::1]:8000//evil.test/x'],
    ['POST /hub/login HTTP/1.1\r\nHost: hub.test\r\nContent-Length: 3\r\n\r\nabc', '308', 'https://hub.test/hub/login'],
    ['GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n', '400', undefined],
    ['GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n', '400', undefined],
    ['GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n', '400', undefined],
    ['GET / HTTP/1.1\r\n\r\n', '400', undefined],
    ['nonsense\r\n\r\n', '400', undefined],
    [`GET / HTTP/1.1\r\nHost: a.test\r\nX: ${'x'.repeat(20_000)}`, '400', undefined],
  ])('is answered %j with %s', async (text, status, location) => {
    await start();
    const said = await exchange(frontPort(), text);
    expect(said.split(' ')[1]).toBe(status);
    expect(/^Location: (.*)$/m.exec(said)?.[1]).toBe(location);
  });

  test('is sent to the port that the settings say', async () => {
    await start({ redirect_port: 8443 });
    const said = await exchange(frontPort(), 'GET /x HTTP/1.1\r\nHost: hub.test:80\r\n\r\n');
    expect(said).toContain('Location: https://hub.test:8443/x\r\n');
  });

  test('that says nothing, or too little for too long, is ended', async () => {
    await start({}, { headers_timeout: 0.2 });
    const slow = new RawClient(frontPort()).send('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => slow.send('X: y\r\n'), 20);
    expect(await slow.all()).toBe('');
    clearInterval(drip);
    expect(await exchange(frontPort(), '')).toBe('');
    expect(await exchange(frontPort(), 'GET / HTTP/1.1\r\n')).toBe('');
  });

  test('that is TLS but no handshake ends that connection alone', async () => {
    await start();
    await t.route('ada', (_req, res) => res.end('ok'));
    await exchange(frontPort(), '\x16\x03\x01\x00\x05hello');
    expect(await say(await shake(), last('/user/ada/'))).toMatch(/ok$/);
    expect(t.proxy.counts.print()).toContain('tshub_proxy_tls_handshake_failures 1');
  });
});

test('several listeners without TLS are served alike, and have their limit together', async () => {
  t = await proxyForTest({ front: true, max_connections: 5 });
  const hosts = ['127.0.0.1', '127.0.0.2'];
  front = await startPublicFront({
    settings: settingsOf({}),
    listen: hosts.map((host) => ({ host, port: 0 })),
    proxy: t.proxy,
    peer: peerCredentials,
    folder,
    hostNames: [],
    log,
    clock: () => now,
  });
  await t.route('ada', (_req, res) => res.end('ok'));
  expect(front.ports).toHaveLength(2);
  for (const [i, port] of front.ports.entries()) {
    const headers = { connection: 'close' };
    expect(await (await fetch(`http://${hosts[i]}:${port}/user/ada/`, { headers })).text()).toBe('ok');
  }
  await eventually('they have ended', () => t.proxy.open() === 0);
  // Silent ones, which make room for nobody.
  const silent = [0, 1, 0, 1, 0, 1, 0].map((i) => connect({ host: hosts[i]!, port: front.ports[i]! }));
  for (const socket of silent) socket.on('error', () => undefined);
  const isFull = (one: Record<string, unknown>) => String(one['msg']).startsWith('there are 5 connections already');
  await eventually('no more are taken', () => t.records.some(isFull));
  expect(t.proxy.open()).toBe(5);
  for (const socket of silent) socket.destroy();
});

describe('the PROXY protocol', () => {
  const v1 = 'PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n';
  const trusting = { proxy_protocol: true, trusted_proxies: ['127.0.0.1'] };
  const showAddress = () => t.route('ada', (req, res) => res.end(`from ${String(req.headers['x-forwarded-for'])}`));

  test.each([
    ['version 1', Buffer.from(v1)],
    ['version 2', v2(1, [203, 0, 113, 9, 127, 0, 0, 1, 1, 2, 3, 4])],
    ['version 2 with more than is known', v2(1, [203, 0, 113, 9, 127, 0, 0, 1, 1, 2, 3, 4, 3, 0, 1, 0])],
  ])('of a trusted balancer tells the address: %s', async (_what, head) => {
    await start({ mode: 'off' }, trusting);
    await showAddress();
    const client = new RawClient(frontPort());
    // In two pieces, as a network may cut it.
    client.send(head.subarray(0, 9));
    await eventually('the first piece is sent', () => client.socket.bytesWritten === 9);
    client.send(Buffer.concat([head.subarray(9), Buffer.from(last('/user/ada/'))]));
    expect(await client.all()).toMatch(/from 203\.0\.113\.9$/);
  });

  test('comes before TLS', async () => {
    await start({}, trusting);
    await showAddress();
    const raw = connect({ port: frontPort(), host: '127.0.0.1' });
    raw.write(v1);
    expect(await say(await shake({}, raw), last('/user/ada/'))).toMatch(/from 203\.0\.113\.9$/);
  });

  test.each([
    ['a balancer that speaks for itself', Buffer.from('PROXY UNKNOWN\r\n')],
    ['a balancer that checks health', v2(0, [])],
  ])('leaves the address of %s', async (_what, head) => {
    await start({ mode: 'off' }, trusting);
    await showAddress();
    const client = new RawClient(frontPort()).send(head).send(last('/user/ada/'));
    expect(await client.all()).toMatch(/from 127\.0\.0\.1$/);
  });

  test.each([
    ['a trusted balancer that does not speak it', trusting, last('/user/ada/'), ''],
    ['nonsense', trusting, 'PROXY TCP4 ::1 ::1 1 2\r\n', ''],
    ['a line that never ends', trusting, `PROXY ${'x'.repeat(200)}`, ''],
    ['a stranger who tells an address', { proxy_protocol: true }, v1 + last('/user/ada/'), ' 400 '],
  ])('refuses %s', async (_what, proxy, text, answer) => {
    await start({ mode: 'off' }, proxy);
    await showAddress();
    const said = await exchange(frontPort(), text);
    expect(said).not.toContain('from');
    expect(said).toContain(answer);
  });
});

/** A head of version 2 for IPv4: a command, and what follows. */
function v2(command: number, rest: readonly number[]): Buffer {
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  return Buffer.concat([head, Buffer.from([0x20 | command, 0x11, rest.length >> 8, rest.length & 255, ...rest])]);
}
