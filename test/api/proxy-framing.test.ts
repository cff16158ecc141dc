import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverBounds } from '../../packages/proxyd/src/limits.ts';
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
  t = await proxyForTest({ headers_timeout: 5, idle_timeout: 5 });
  await t.serve('hub', (_req, res) => res.end('hub'));
});

afterEach(() => t.close());

/** A bare server for `/user/<name>/`. */
async function bare(name: string, onSocket: (socket: Socket) => void): Promise<void> {
  await t.serveRaw(name, onSocket);
  await t.proxy.routes.add({ prefix: `/user/${name}/`, target: `unix:${t.socketOf(name)}`, uid, data: {} });
}

/** One that sends these bytes for every request's head; gives what it was sent. */
async function saying(name: string, bytes: string): Promise<() => string> {
  let got = '';
  await bare(name, (socket) => {
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1');
      head += chunk.toString('latin1');
      while (head.includes('\r\n\r\n')) {
        head = head.slice(head.indexOf('\r\n\r\n') + 4);
        socket.write(Buffer.from(bytes, 'latin1'));
      }
    });
    socket.on('end', () => socket.end());
  });
  return () => got;
}

const get = (name: string, more = '', version = '1.1'): string =>
  `GET /user/${name}/ HTTP/${version}\r\nHost: h\r\n${more}\r\n`;
const last = 'Connection: close\r\n';
const bodyOf = (received: string): string => received.slice(received.indexOf('\r\n\r\n') + 4);

describe('requests on one connection', () => {
  test('are answered in their order, each after the one before is', async () => {
    const order: string[] = [];
    const answers: Array<() => void> = [];
    await t.route('ada', (req, res) => {
      order.push(req.url ?? '');
      answers.push(() => void res.end(req.url));
    });
    const client = new RawClient(t.proxy.port);
    client.send([1, 2, 3].map((n) => `GET /user/ada/${n} HTTP/1.1\r\nHost: h\r\n${n === 3 ? last : ''}\r\n`).join(''));
    for (let i = 0; i < 3; i++) {
      await eventually(`request ${i} arrives`, () => order.length === i + 1);
      answers[i]?.();
    }
    expect(await client.all()).toMatch(/\/user\/ada\/1HTTP[^]*\/user\/ada\/2HTTP[^]*\/user\/ada\/3$/);
  });

  test('after a body begin where it ends', async () => {
    const seen: string[] = [];
    await t.route('ada', async (req, res) => {
      let body = '';
      for await (const chunk of req) body += String(chunk);
      seen.push(`${req.url} ${body}`);
      res.end();
    });
    const post = (path: string, more: string, body: string) =>
      `POST /user/ada/${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n\r\n${body}`;
    const text =
      post('1', 'Content-Length: 30', 'GET /user/ada/x HTTP/1.1\r\n\r\nab') +
      post('2', 'Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\nX: y\r\n\r\n') +
      post('3', 'Content-Length: 1\r\nConnection: close', 'z');
    expect(statusesOf(await exchange(t.proxy.port, text))).toEqual([200, 200, 200]);
    expect(seen).toEqual(['/user/ada/1 GET /user/ada/x HTTP/1.1\r\n\r\nab', '/user/ada/2 abc', '/user/ada/3 z']);
  });

  test('that come byte by byte are understood', async () => {
    await t.route('ada', async (req, res) => {
      let body = '';
      for await (const chunk of req) body += String(chunk);
      res.end(body);
    });
    const client = new RawClient(t.proxy.port);
    client.socket.setNoDelay(true);
    const body = 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n';
    for (const byte of `POST /user/ada/ HTTP/1.1\r\nHost: h\r\n${last}${body}`) {
      client.send(byte);
      await new Promise(setImmediate);
    }
    expect(await client.all()).toContain('abc');
  });

  test('more than can be kept ahead wait at the client', async () => {
    let release = () => {};
    let count = 0;
    await t.route('ada', (_req, res) => {
      count++;
      if (count === 1) release = () => void res.end();
      else res.end();
    });
    const client = new RawClient(t.proxy.port);
    const pad = `X: ${'x'.repeat(1000)}\r\n`;
    client.send(get('ada', pad).repeat(3000) + get('ada', last));
    await eventually('the first arrives', () => count === 1);
    release();
    expect(statusesOf(await client.all())).toHaveLength(3001);
  });

  test.each([20_000, 100_000, 3_000_000])('are read again after an answer of %d bytes', async (size) => {
    const big = Buffer.alloc(size, 'x');
    await t.route('ada', (_req, res) => res.end(big));
    const client = new RawClient(t.proxy.port);
    for (let i = 1; i <= 5; i++) {
      client.send(get('ada'));
      await eventually(`answer ${i} is whole`, () => client.received.length >= i * size);
    }
    client.socket.destroy();
  });

  test('of which the client ended its half are all answered', async () => {
    await t.route('ada', (_req, res) => res.end('x'));
    const client = new RawClient(t.proxy.port).send(get('ada') + get('ada'));
    client.socket.end();
    expect(statusesOf(await client.all())).toEqual([200, 200]);
    const own = new RawClient(t.proxy.port).send('GET /_tshub/health HTTP/1.1\r\nHost: h\r\n\r\n');
    own.socket.end();
    expect(statusesOf(await own.all())).toEqual([200]);
  });
});

describe('a client of HTTP/1.0', () => {
  test('that wants to stay may', async () => {
    await saying('ada', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const client = new RawClient(t.proxy.port).send(get('ada', 'Connection: keep-alive\r\n', '1.0'));
    expect(await client.until(/ok$/)).toMatch(/\r\nConnection: keep-alive\r\n/);
    client.send(get('ada', '', '1.0'));
    expect(statusesOf(await client.all())).toEqual([200, 200]);
  });

  test('gets the payload of chunks, and the end of the connection as theirs', async () => {
    await saying(
      'ada',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n',
    );
    const received = await exchange(t.proxy.port, get('ada', 'Connection: keep-alive\r\n', '1.0'));
    expect(bodyOf(received)).toBe('abcde');
    expect(received).not.toMatch(/transfer-encoding|keep-alive/i);
  });
});

describe('answers', () => {
  test('in chunks are passed on with the bytes that came', async () => {
    const chunks = '00003;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n';
    await saying('ada', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    expect(bodyOf(await exchange(t.proxy.port, get('ada', last)))).toBe(chunks);
  });

  test('whose chunks are none are cut where that shows', async () => {
    await saying('ada', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nHTTP/1.1 200 OK\r\n\r\n');
    const received = await exchange(t.proxy.port, get('ada'));
    expect(received).not.toMatch(/0\r\n\r\n$/);
    expect(statusesOf(received).length).toBeLessThan(2);
  });

  test('with more bytes than they said end there, and the rest is nobody’s', async () => {
    const extra = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    const got = await saying('ada', `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood${extra}`);
    const received = await exchange(t.proxy.port, get('ada') + get('ada', last));
    expect(received).not.toContain('evil');
    expect(received.match(/good/g)).toHaveLength(2);
    expect(got().match(/GET/g)).toHaveLength(2);
  });

  test('that nobody asked for end their connection before the next request takes it', async () => {
    const sockets: Socket[] = [];
    let closed = 0;
    await bare('ada', (socket) => {
      sockets.push(socket);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'));
      socket.on('end', () => socket.end());
      socket.once('close', () => closed++);
    });
    const client = new RawClient(t.proxy.port).send(get('ada'));
    await client.until(/good$/);
    sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await eventually('the connection is closed', () => closed === 1);
    client.send(get('ada', last));
    expect((await client.all()).match(/good|evil/g)).toEqual(['good', 'good']);
    expect(sockets).toHaveLength(2);
  });

  test('that last until the server ends are cut with a reset when it dies', async () => {
    // A reset is a thing of TCP: a UNIX socket just ends.
    let die = () => {};
    const server = createServer((socket) => {
      die = () => void socket.resetAndDestroy();
      socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\npart'));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const target = `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`;
    await t.proxy.routes.add({ prefix: '/user/ada/', target, uid, data: {} });
    const client = new RawClient(t.proxy.port);
    const failed = new Promise<string | undefined>((resolve) =>
      client.socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
    );
    await client.send(get('ada')).until(/part$/);
    die();
    expect(await failed).toBe('ECONNRESET');
    await new Promise((resolve) => server.close(resolve));
  });

  test('that come before the request is all sent are passed on, and both connections end', async () => {
    let ended = false;
    await bare('ada', (socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
      socket.on('close', () => (ended = true));
      socket.on('end', () => socket.end());
    });
    const post = 'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n';
    const received = await exchange(t.proxy.port, `${post}${'x'.repeat(1000)}`);
    expect(received).toMatch(/^HTTP\/1\.1 403 [^]*Connection: close\r\n[^]*no$/);
    await eventually('the connection to the server ends', () => ended);
  });

  test('after interim ones are the ones that count', async () => {
    await saying(
      'ada',
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    );
    expect(statusesOf(await exchange(t.proxy.port, get('ada', last)))).toEqual([200]);
  });

  test('without a body tell of no length', async () => {
    await saying('ada', 'HTTP/1.1 204 No Content\r\nContent-Length: 40\r\n\r\n');
    const received = await exchange(t.proxy.port, get('ada') + get('ada', last));
    expect(statusesOf(received)).toEqual([204, 204]);
    expect(received).not.toMatch(/content-length/i);
  });

  test('to HEAD may tell of any length, and the connection goes on', async () => {
    await saying('ada', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n');
    const head = get('ada').replace('GET', 'HEAD');
    const received = await exchange(t.proxy.port, head + head + head.replace('\r\n\r\n', `\r\n${last}\r\n`));
    expect(statusesOf(received)).toEqual([200, 200, 200]);
    expect(received.match(/Content-Length: 500/g)).toHaveLength(3);
  });
});

describe('a server that closes a kept connection just as it is used', () => {
  /** Answers once a connection, then ends it without a word at the next request. */
  const once = async (): Promise<() => string[]> => {
    const seen: string[] = [];
    await bare('ada', (socket) => {
      let count = 0;
      socket.on('data', (chunk: Buffer) => {
        seen.push(chunk.toString('latin1').slice(0, 4).trim());
        if (count++ === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else socket.destroy();
      });
    });
    return () => seen;
  };

  test('is asked again for what changes nothing', async () => {
    const seen = await once();
    expect(statusesOf(await exchange(t.proxy.port, get('ada') + get('ada', last)))).toEqual([200, 200]);
    expect(seen()).toEqual(['GET', 'GET', 'GET']);
  });

  test('is not asked again for what may have been done', async () => {
    const seen = await once();
    const post = `POST /user/ada/ HTTP/1.1\r\nHost: h\r\n${last}\r\n`;
    expect(statusesOf(await exchange(t.proxy.port, get('ada') + post))).toEqual([200, 502]);
    expect(seen()).toEqual(['GET', 'POST']);
  });
});

test('an end waits for answers under way, not for those who connected ahead and asked nothing', async () => {
  await t.close();
  t = await proxyForTest({ drain_timeout: 60 });
  let finish = () => {};
  await t.route('ada', (_req, res) => {
    res.write('begun ');
    finish = () => void res.end('done');
  });
  const silent = new RawClient(t.proxy.port);
  const client = new RawClient(t.proxy.port).send(get('ada'));
  await client.until(/begun/);
  const closing = t.proxy.close();
  await silent.all();
  finish();
  expect(await client.all()).toMatch(/done/);
  await closing;
});

describe('connections to a server', () => {
  test('are so many and no more; who comes then waits for one, or goes away again', async () => {
    let under = 0;
    let most = 0;
    const waiting: Array<() => void> = [];
    await t.route('ada', (_req, res) => {
      most = Math.max(most, ++under);
      waiting.push(() => {
        under--;
        res.end('x');
      });
    });
    const clients = Array.from({ length: serverBounds.maxSockets + 50 }, () =>
      new RawClient(t.proxy.port).send(get('ada', last)),
    );
    await eventually('all connections are in use', () => under === serverBounds.maxSockets);
    for (const client of clients.slice(-10)) client.socket.resetAndDestroy();
    let answered = 0;
    while (answered < clients.length - 10) {
      await eventually('somebody is asked', () => waiting.length > 0);
      waiting.shift()?.();
      answered++;
    }
    const received = await Promise.all(clients.slice(0, -10).map((client) => client.all()));
    expect(new Set(received.flatMap(statusesOf))).toEqual(new Set([200]));
    expect(most).toBe(serverBounds.maxSockets);
  });

  test('that idle are closed before the server does', async () => {
    let open = 0;
    const server = await t.route('ada', (_req, res) => res.end('x'));
    server.on('connection', (socket: Socket) => {
      open++;
      socket.once('close', () => open--);
    });
    await exchange(t.proxy.port, get('ada', last));
    expect(open).toBe(1);
    await eventually('it is closed', () => open === 0);
  });
});

describe('who is slow', () => {
  test('a client that takes nothing of its answer is given up on, and so is the answer', async () => {
    await t.close();
    t = await proxyForTest({ idle_timeout: 1 });
    let ended = false;
    await t.route('ada', (_req, res) => {
      res.once('close', () => (ended = true));
      const block = Buffer.alloc(65_536);
      const more = () => {
        while (res.write(block));
        if (!res.destroyed) res.once('drain', more);
      };
      more();
    });
    const client = new RawClient(t.proxy.port).send(get('ada'));
    client.socket.pause();
    await eventually('the server is told', () => ended);
    await eventually('the connection is gone', () => t.proxy.status().connections === 0);
    client.socket.destroy();
  });

  test('heads that trickle in leave room for those that are ready', async () => {
    await t.close();
    t = await proxyForTest({ headers_timeout: 1 });
    await t.route('ada', (_req, res) => res.end());
    const slow = Array.from({ length: 200 }, () => new RawClient(t.proxy.port).send('GET /user/ada/ HTTP/1.1\r\nX: '));
    const trickle = setInterval(() => slow.forEach((client) => client.socket.writable && client.send('x')), 50);
    expect(statusesOf(await exchange(t.proxy.port, get('ada', last)))).toEqual([200]);
    const answers = await Promise.all(slow.map((client) => client.all()));
    clearInterval(trickle);
    expect(new Set(answers.flatMap(statusesOf))).toEqual(new Set([408]));
    await eventually('all are gone', () => t.proxy.status().connections === 0);
  });

  test('an upload goes no faster than the server takes it', async () => {
    let server: Socket | undefined;
    await bare('ada', (socket) => {
      socket.pause();
      server = socket;
    });
    const client = new RawClient(t.proxy.port).send(
      `POST /user/ada/ HTTP/1.1\r\nHost: h\r\nContent-Length: ${64 * 1024 * 1024}\r\n\r\n`,
    );
    await eventually('the server is asked', () => server !== undefined);
    let sent = 0;
    const chunk = Buffer.alloc(65_536);
    while (client.socket.write(chunk)) sent += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    while (sent < 64 * 1024 * 1024 && !client.socket.writableNeedDrain && client.socket.write(chunk))
      sent += chunk.length;
    expect(sent).toBeLessThan(24 * 1024 * 1024);
    client.socket.destroy();
  });
});
