import fc from 'fast-check';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
/** What the server says to a request for `/user/ada/hostile`, and whether it ends the connection then. */
let hostile = '';
let ends = false;

beforeAll(async () => {
  t = await proxyForTest({ upstream_timeout: 0.05 });
  await t.serveRaw('ada', (socket) => {
    socket.on('data', (chunk: Buffer) => {
      const isHostile = chunk.includes('/hostile');
      socket.write(Buffer.from(isHostile ? hostile : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nB!', 'latin1'));
      if (isHostile && ends) socket.end();
    });
    socket.on('end', () => socket.end());
  });
  const target = `unix:${t.socketOf('ada')}`;
  await t.proxy.routes.add({ prefix: '/user/ada/', target, uid: process.getuid?.() ?? 0, data: {} });
});

afterAll(() => t.close());

/** The body of the server's answer as Node's client reads it; null when there is no whole one. */
function bodyOf(agent: Agent, method: string, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const ask = request({ port: t.proxy.port, host: '127.0.0.1', agent, method, path }, (answer) => {
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (text: string) => (body += text));
      answer.once('close', () => resolve(answer.complete && answer.statusCode === 200 ? body : null));
      answer.on('error', () => resolve(null));
    });
    ask.on('error', () => resolve(null));
    ask.end();
  });
}

test(
  'whatever a server says, the next request on the same connection has its own answer',
  { timeout: 120_000 },
  async () => {
    const piece = fc.constantFrom(
      ...['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 204 No Content\r\n', 'HTTP/1.1 304 Not Modified\r\n', 'HTTP/1.0 200 OK\r\n'],
      ...[
        'HTTP/1.1 100 Continue\r\n\r\n',
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n',
        'HTTP/1.1 200\r\n',
        'HTTP/2 200\r\n',
      ],
      ...[
        'Content-Length: 2\r\n',
        'Content-Length: 50\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Connection: keep-alive\r\n',
      ],
      ...[
        'Content-Length: 0\r\n',
        'Connection: close\r\n',
        'X: y\r\n',
        ' folded\r\n',
        'Transfer-Encoding: gzip\r\n',
        'Upgrade: websocket\r\n',
      ],
      ...[
        '\r\n',
        '\r\n\r\n',
        '\n',
        '\r',
        '\0',
        'ok',
        '2\r\nok\r\n',
        '0\r\n\r\n',
        '0\r\nContent-Length: 2\r\n\r\n',
        '5;x\r\nhello\r\n',
      ],
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!',
    );
    const said = fc.array(piece, { maxLength: 8 }).map((pieces) => `HTTP/1.1 200 OK\r\n${pieces.join('')}`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'HEAD', 'POST'), said, fc.boolean(), async (method, text, end) => {
        hostile = text;
        ends = end;
        await bodyOf(agent, method, '/user/ada/hostile');
        // A kept connection may just have ended, as any may, and on a busy host an answer may be late.
        let body: string | null = null;
        for (let i = 0; i < 5; i++) body ??= await bodyOf(agent, 'GET', '/user/ada/');
        expect(body).toBe('B!');
      }),
      { numRuns: 400 },
    );
    agent.destroy();
  },
);
