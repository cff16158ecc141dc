import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, type ProxyForTest, proxyForTest, RawClient } from '../support/proxy-for-test.ts';

// How a websocket ends when its time is over: with a close frame that the server says, between frames of its own.

let t: ProxyForTest;
/** What the server was sent after the head. */
let got: Buffer;
let server: Socket | undefined;
let answers: (socket: Socket) => void;

const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const closeOfClient = '\x88\x82\0\0\0\0\x03\xe9';
const closeOfServer = '\x88\x02\x03\xe9';
const text = '\x81\x82\0\0\0\0hi';

beforeEach(async () => {
  t = await proxyForTest({ drain_timeout: 0.1 });
  got = Buffer.alloc(0);
  answers = (socket) => void socket.end(Buffer.from(closeOfServer, 'latin1'));
  await t.serveRaw('ada', (socket) => {
    server = socket;
    socket.once('data', () => {
      socket.write(switching);
      socket.on('data', (chunk: Buffer) => {
        got = Buffer.concat([got, chunk]);
        if (got.toString('latin1').endsWith(closeOfClient)) answers(socket);
      });
    });
    socket.on('end', () => socket.end());
  });
  const uid = process.getuid?.() ?? 0;
  await t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });
});
afterEach(() => t.close());

async function opened(...frames: readonly string[]): Promise<RawClient> {
  const client = new RawClient(t.proxy.port).send(upgrade);
  await client.until(/101 Switching Protocols\r\n[^]*\r\n\r\n/);
  for (const one of frames) client.send(one);
  await eventually('the server has it', () => got.length === frames.join('').length);
  return client;
}

const afterHead = (client: RawClient) => client.received.slice(client.received.indexOf('\r\n\r\n') + 4);

test('the server is told, and its close frame reaches the client behind whatever it was saying', async () => {
  const client = await opened(text);
  answers = (socket) => {
    socket.write('\x81\x04');
    setTimeout(() => socket.end(Buffer.from(`last${closeOfServer}`, 'latin1')), 20);
  };
  await t.proxy.close();
  await client.all();
  expect(afterHead(client).slice(-8)).toBe(`last${closeOfServer}`);
  expect(got.toString('latin1')).toBe(text + closeOfClient);
});

test('nothing that the client says goes behind the close frame', async () => {
  const client = await opened();
  answers = () => client.send(text);
  const closing = t.proxy.close();
  await eventually('the server is told', () => got.length > 0);
  await closing;
  await client.all();
  expect(got.toString('latin1')).toBe(closeOfClient);
});

test.each([
  ['head', '\x81'],
  ['payload', text.slice(0, -1)],
])('nothing goes into the middle of a %s; such a websocket is cut', async (_what, piece) => {
  const client = await opened(text, piece);
  await t.proxy.close();
  await client.all();
  expect(got.toString('latin1')).toBe(text + piece);
});

test('a server that does not close is not waited for', async () => {
  answers = () => undefined;
  const client = await opened(text);
  await t.proxy.close();
  await client.all();
  expect(afterHead(client)).toBe('');
  await eventually('its connection ends, too', () => server?.destroyed === true || server?.readableEnded === true);
  expect(t.proxy.status()).toMatchObject({ connections: 0, websockets: 0 });
});
