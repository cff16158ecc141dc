import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileRequests, smuggled } from '../support/hostile-requests.ts';
import { type ProxyForTest, proxyForTest, statusesOf } from '../support/proxy-for-test.ts';

/** What a request was taken for: its line, and its body as text. */
interface Taken {
  readonly line: string;
  readonly body: string;
  readonly isWhole: boolean;
}

let t: ProxyForTest;
/** What the server behind the proxy took the bytes for that the proxy let through. */
let behind: Taken[] = [];
let node: Server;
let alone: Taken[] = [];
let nginx: ChildProcess;
let nginxPort = 0;
let folder = '';

/** Node's own parser, as strict as it comes, writing down what it understands in the order in which it came. */
function witness(list: () => Taken[]): Server {
  const server = createServer({ requireHostHeader: false }, async (req, res) => {
    const taken = { line: `${req.method} ${req.url}`, body: '', isWhole: false };
    list().push(taken);
    try {
      for await (const chunk of req) taken.body += (chunk as Buffer).toString('latin1');
    } catch {
      // Its body ended too early: it was not taken for a request.
      return;
    }
    taken.isWhole = true;
    res.end('ok');
  });
  // Answers go on when the client has ended its half.
  return Object.assign(server, { httpAllowHalfOpen: true });
}

/** Whether `some` is `all` with or without leaving a few out. */
function isWithin<T>(some: readonly T[], all: readonly T[]): boolean {
  let found = 0;
  for (const item of all) if (found < some.length && isDeepStrictEqual(item, some[found])) found++;
  return found === some.length;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Everything that comes back for these bytes, after which the client ends its half. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(received));
    socket.end(Buffer.from(text, 'latin1'));
  });
}

/** nginx that answers each request by itself, with what it took it for. */
async function startNginx(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'tshub-nginx-'));
  nginxPort = await new Promise<number>((resolve) => {
    const server = createNetServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/log crit;
    events { worker_connections 512; }
    http { access_log off; ${temporary}
      server { listen 127.0.0.1:${nginxPort}; location / { return 200 "$request_method $request_uri"; } } }`,
  );
  nginx = spawn('nginx', ['-c', file, '-e', `${folder}/log`], { stdio: 'ignore' });
  for (let i = 0; i < 200; i++) {
    if ((await exchange(nginxPort, 'GET / HTTP/1.0\r\n\r\n')) !== '') return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('nginx does not answer');
}

beforeAll(async () => {
  t = await proxyForTest({ headers_timeout: 1, idle_timeout: 1 });
  const uid = process.getuid?.() ?? 0;
  const server = witness(() => behind);
  await new Promise<void>((resolve) => server.listen(t.socketOf('ada'), resolve));
  await t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });
  node = witness(() => alone);
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  await startNginx();
});

afterAll(async () => {
  nginx.kill();
  node.closeAllConnections();
  node.close();
  await t.close();
  rmSync(folder, { recursive: true });
});

/** What each of three makes of the same bytes on a connection of its own. */
async function readings(text: string) {
  behind = [];
  alone = [];
  const [ours, , theirs] = await Promise.all([
    exchange(t.proxy.port, text),
    exchange(portOf(node), text),
    exchange(nginxPort, text),
  ]);
  const nginxLines = [...theirs.matchAll(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n([A-Z]+ [^\r\nH]*)/g)].map(
    ([, line]) => line,
  );
  const whole = (all: readonly Taken[]) => all.filter(({ isWhole }) => isWhole);
  return { statuses: statusesOf(ours), behind: whole(behind), alone: whole(alone), nginxLines };
}

test('Debian’s nginx is there to compare with', () => {
  expect(execFileSync('nginx', ['-v', '-q'], { stdio: 'pipe' }).toString()).toBe('');
});

describe('no request is seen behind the proxy that others would not see in the same bytes', () => {
  const name = (text: string) => JSON.stringify(text.replace(smuggled, '…').slice(0, 120));
  test.each(hostileRequests.map((text) => [name(text), text]))('%s', async (_name, text) => {
    const { statuses, behind: got, alone: node20, nginxLines } = await readings(text);
    // The proxy saw as many requests as the server behind it: nothing was hidden in another.
    expect(got.length).toBe(statuses.filter((status) => status === 200).length);
    // What came through, Node reads out of the bare bytes alike; the proxy is the stricter one or the same.
    expect(isWithin(got, node20), JSON.stringify({ got, node20 })).toBe(true);
    // nginx minds other things than we do; but as far as it goes on, it sees the same requests in the same order.
    const lines = got.map(({ line }) => line);
    expect(isWithin(lines, nginxLines) || isWithin(nginxLines, lines), JSON.stringify({ lines, nginxLines })).toBe(
      true,
    );
  });
});

test('so it is with bytes that nobody has thought of', { timeout: 120_000 }, async () => {
  const piece = fc.constantFrom(
    ...['\r\n', '\n', '\r', ' ', '\t', ':', ',', '\0', '0', '5', 'hello', '\x80', 'chunked', 'identity', smuggled],
    ...['POST /user/ada/ HTTP/1.1\r\nHost: h\r\n', 'GET /user/ada/x HTTP/1.1\r\nHost: h\r\n', 'Content-Length: 5\r\n'],
    ...[
      'Transfer-Encoding: chunked\r\n',
      'Content-Length:',
      'Transfer-Encoding:',
      '0\r\n\r\n',
      '5\r\nhello\r\n',
      'X: y\r\n',
    ],
  );
  const start = fc.constantFrom('POST /user/ada/ HTTP/1.1\r\nHost: h\r\n', 'POST /user/ada/ HTTP/1.0\r\n');
  const made = fc.tuple(start, fc.array(piece, { maxLength: 8 })).map(([line, rest]) => line + rest.join(''));
  /** One of the list with something put in, or taken out. */
  const changed = fc
    .tuple(fc.constantFrom(...hostileRequests), fc.nat(), fc.nat(3), fc.oneof(piece, fc.constant('')))
    .map(([text, place, gone, put]) => {
      const at = place % text.length;
      return text.slice(0, at) + put + text.slice(at + gone);
    });
  const bytes = fc.oneof(made, changed);
  await fc.assert(
    fc.asyncProperty(bytes, async (text) => {
      const { statuses, behind: got, alone: node20 } = await readings(text);
      expect(got.length).toBe(statuses.filter((status) => status === 200).length);
      expect(isWithin(got, node20), JSON.stringify({ text, got, node20 })).toBe(true);
    }),
    { numRuns: 1500 },
  );
});
