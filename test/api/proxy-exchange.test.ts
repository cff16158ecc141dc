import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';

let t: ProxyForTest;
const uid = process.getuid?.() ?? 0;

beforeEach(async () => {
  t = await proxyForTest();
});
afterEach(() => t.close());

/** A bare server for `/user/ada/` that does this at its first bytes, and keeps what it was sent. */
async function bare(onHead: (socket: Socket, head: string) => void): Promise<{ got: string; sockets: number }> {
  const told = { got: '', sockets: 0 };
  await t.serveRaw('ada', (socket) => {
    told.sockets++;
    socket.once('data', (chunk: Buffer) => onHead(socket, chunk.toString('latin1')));
    socket.on('data', (chunk: Buffer) => (told.got += chunk.toString('latin1')));
    socket.on('end', () => socket.end());
  });
  await t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });
  return told;
}

const post = (more: string, body = '') => `POST /user/ada/ HTTP/1.1\r\nHost: h\r\n${more}\r\n${body}`;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('Expect: 100-continue', () => {
  const expecting = 'Expect: 100-continue\r\nContent-Length: 100000\r\n';

  test('is for the server to answer: it is sent the head, and nothing else until it says so', async () => {
    let goOn = () => {};
    const told = await bare((socket) => {
      goOn = () => void socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.on('data', (chunk: Buffer) => chunk.includes('end') && socket.write(ok));
    });
    const client = new RawClient(t.proxy.port).send(post('Expect: 100-continue\r\nContent-Length: 3\r\n'));
    await eventually('the head arrives', () => told.got.endsWith('\r\n\r\n'));
    expect(told.got).toMatch(/\r\nExpect: 100-continue\r\n/i);
    expect(client.received).toBe('');
    goOn();
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    client.send('end');
    expect(statusesOf(await client.until(/ok$/))).toEqual([100, 200]);
    client.socket.destroy();
  });

  test('may be answered by a refusal; the client need not send its body', async () => {
    await bare((socket) => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno'));
    expect(await exchange(t.proxy.port, post(expecting))).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close\r\n[^]*no$/);
  });

  test('of anything else is a 417, and nobody is asked', async () => {
    const told = await bare((socket) => socket.write(ok));
    expect(statusesOf(await exchange(t.proxy.port, post('Expect: miracles\r\nContent-Length: 0\r\n')))).toEqual([417]);
    expect(told.got).toBe('');
  });
});

describe('chunks', () => {
  test('go both ways at once: each piece of an answer may come before the next piece of the request', async () => {
    await t.route('ada', (req, res) => {
      req.setEncoding('latin1').on('data', (text: string) => res.write(`[${text}]`));
      req.once('end', () => res.end());
    });
    const client = new RawClient(t.proxy.port).send(post('Transfer-Encoding: chunked\r\n'));
    for (const piece of ['one', 'two', 'six']) {
      client.send(`3\r\n${piece}\r\n`);
      await client.until(new RegExp(`\\[${piece}\\]`));
    }
    client.send('0\r\n\r\n');
    expect(await client.all()).toMatch(/\r\n0\r\n\r\n$/);
  });

  test('of a request go on as they came, with their trailer, whatever pieces they come in', async () => {
    const body = '0003;a=b\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 4\r\n\r\n';
    const told = await bare((socket) => {
      socket.on('data', () => told.got.endsWith('X-Sum: 4\r\n\r\n') && socket.write(ok));
    });
    const client = new RawClient(t.proxy.port).send(
      post('Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n'),
    );
    for (const byte of body) {
      client.send(byte);
      await new Promise(setImmediate);
    }
    expect(statusesOf(await client.all())).toEqual([200]);
    expect(told.got.slice(told.got.indexOf('\r\n\r\n') + 4)).toBe(body);
  });
});

describe('Connection: close', () => {
  const get = (more = '') => `GET /user/ada/ HTTP/1.1\r\nHost: h\r\n${more}\r\n`;

  test('of a server ends its connection, not the client’s', async () => {
    const told = await bare((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
    );
    const client = new RawClient(t.proxy.port).send(get());
    expect(await client.until(/ok$/)).not.toMatch(/connection: close/i);
    client.send(get('Connection: close\r\n'));
    expect(statusesOf(await client.all())).toEqual([200, 200]);
    expect(told.sockets).toBe(2);
  });

  test('of a client ends its connection, not the server’s; what it sends behind it is not read', async () => {
    const told = await bare((socket) => {
      socket.write(ok);
      socket.on('data', () => socket.write(ok));
    });
    const received = await exchange(t.proxy.port, get('Connection: close\r\n') + get());
    expect(received).toMatch(/\r\nConnection: close\r\n[^]*ok$/);
    expect(statusesOf(received)).toEqual([200]);
    expect(told.got.match(/GET/g)).toHaveLength(1);
    expect(told.got).not.toMatch(/connection: close/i);
    expect(statusesOf(await exchange(t.proxy.port, get('Connection: close\r\n')))).toEqual([200]);
    expect(told.sockets).toBe(1);
  });

  test('in a list counts, in any spelling', async () => {
    await bare((socket) => socket.write(ok));
    expect(statusesOf(await exchange(t.proxy.port, get('Connection: X-A, CLOSE\r\n')))).toEqual([200]);
  });
});

describe('a client that ends its half', () => {
  test('in the middle of its body has sent no request', async () => {
    let ended = false;
    await bare((socket) => socket.once('close', () => (ended = true)));
    const client = new RawClient(t.proxy.port).send(post('Content-Length: 10\r\n', 'abc'));
    client.socket.end();
    expect(statusesOf(await client.all())).not.toContain(200);
    await eventually('the server is told', () => ended);
  });

  test('behind a whole request gets its answer, in pieces too', async () => {
    await bare((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc');
      setTimeout(() => socket.write('def'), 50);
    });
    const client = new RawClient(t.proxy.port).send(post('Content-Length: 3\r\n', 'abc'));
    client.socket.end();
    expect(await client.all()).toMatch(/abcdef$/);
  });
});

describe('interim answers', () => {
  test.each([
    ['HTTP/1.0', ''],
    ['HTTP/1.1', ''],
  ])('are not passed to a client of %s that asked for none', async (version) => {
    await bare((socket) =>
      socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok}`),
    );
    const text = `GET /user/ada/ ${version}\r\nHost: h\r\nConnection: close\r\n\r\n`;
    expect(await exchange(t.proxy.port, text)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*ok$/);
  });
});

test('a server of HTTP/1.0 may end its answer with its connection, and is asked over a new one', async () => {
  const told = await bare((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nold'));
  for (let i = 0; i < 2; i++)
    expect(await exchange(t.proxy.port, 'GET /user/ada/ HTTP/1.1\r\nHost: h\r\n\r\n')).toMatch(/old/);
  expect(told.sockets).toBe(2);
});
