import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

// What people and programs are told when nobody answers, whoever that is. The hub is away in all of it.

let t: ProxyForTest;
let server: Server | undefined;
let child: ChildProcess | undefined;

beforeEach(async () => {
  t = await proxyForTest({ connect_timeout: 0.3, upstream_timeout: 0.3 });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await t.close();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
});

const unix = (name: string) => `unix:${t.socketOf(name)}`;

/** Another process that runs this and then says "up". */
async function elsewhere(script: string, ...args: readonly string[]): Promise<void> {
  child = spawn('python3', ['-c', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
}

const says = (text: string) => t.serveRaw('ada', (socket) => void socket.once('data', () => socket.write(text)));

/** What is wrong; makes it so and gives the target. */
const troubles: ReadonlyArray<[string, number, string, () => Promise<string>]> = [
  ['there is no socket', 503, 'is not answering', async () => unix('ada')],
  [
    'the socket is that of a server which was killed',
    503,
    'is not answering',
    async () => {
      await elsewhere(
        `import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1]); print("up", flush=True)`,
        t.socketOf('ada'),
      );
      return unix('ada');
    },
  ],
  [
    'a server hangs, and as many wait for it as may',
    503,
    'is not answering',
    async () => {
      const script = `
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(0)
waiting = [socket.socket(socket.AF_UNIX) for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    try: one.connect(sys.argv[1])
    except BlockingIOError: pass
print("up", flush=True); time.sleep(600)`;
      await elsewhere(script, t.socketOf('ada'));
      return unix('ada');
    },
  ],
  [
    'nobody listens on the port',
    503,
    'is not answering',
    async () => {
      const gone = createServer().listen(0, '127.0.0.1');
      await once(gone, 'listening');
      const { port } = gone.address() as AddressInfo;
      await new Promise((resolve) => gone.close(resolve));
      return `tcp:127.0.0.1:${port}`;
    },
  ],
  [
    'it takes the request and is silent',
    504,
    'did not answer in time',
    async () => {
      await says('');
      return unix('ada');
    },
  ],
  [
    'it stops in the middle of a head',
    504,
    'did not answer in time',
    async () => {
      await says('HTTP/1.1 200 OK\r\nContent-Le');
      return unix('ada');
    },
  ],
  [
    'it ends without a word',
    502,
    'ended the connection without an answer',
    async () => {
      await t.serveRaw('ada', (socket) => void socket.once('data', () => socket.destroy()));
      return unix('ada');
    },
  ],
  [
    'it says something else than HTTP',
    502,
    'ended the connection without an answer',
    async () => {
      await says('SSH-2.0-OpenSSH\r\n\r\n');
      return unix('ada');
    },
  ],
];

describe.each(troubles)('when %s: %i', (_what, status, sentence, make) => {
  const ask = (accept: string) =>
    exchange(t.proxy.port, `GET /user/ada/lab HTTP/1.1\r\nHost: h\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`);

  beforeEach(async () => {
    const target = await make();
    const uid = process.getuid?.() ?? 0;
    await t.proxy.routes.add({ prefix: '/user/ada/', target, uid, data: {} });
  });

  test('a browser gets a page', async () => {
    const said = await ask('text/html,application/xhtml+xml,*/*;q=0.8');
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(said).toMatch(/\r\nContent-Type: text\/html; charset=utf-8\r\n/i);
    expect(said).toContain(`<h1>The server ${sentence}</h1>`);
    expect(said).toContain('href="/hub/home"');
  });

  test('a program gets JSON', async () => {
    const said = await ask('application/json');
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(said).toMatch(/\r\nContent-Type: application\/json\r\n/i);
    expect(JSON.parse(said.slice(said.indexOf('{')))).toEqual({ status, message: `The server ${sentence}` });
  });
});
