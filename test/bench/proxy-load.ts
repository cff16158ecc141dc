import { connect, type Socket } from 'node:net';

/** Load on a proxy, over plain sockets: its own cost is not part of any figure. */

const agent =
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: application/json\r\n' +
  'Accept-Language: en\r\nAccept-Encoding: gzip, deflate, br\r\nReferer: http://hub.example/user/bench/lab\r\n' +
  'Cookie: jupyterhub-session-id=6ff6bd67f3f44ba2a7b5bd0f0b3e2d6e; _xsrf=2|c1b2e6f7|0d1f2e3d4c5b6a79|1700000000\r\n';
export const path = '/user/bench/';

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Sends `count` requests over `clients` connections, each one after the answer to the last; gives latencies in ms. */
export async function requests(port: number, count: number, clients: number): Promise<number[]> {
  const text = Buffer.from(`GET ${path}api/status HTTP/1.1\r\nHost: hub.example\r\n${agent}\r\n`);
  const latencies: number[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const socket = await connected(port);
      await new Promise<void>((resolve, reject) => {
        let began = 0;
        let got = '';
        const next = (): void => {
          if (left-- <= 0) {
            socket.destroy();
            resolve();
            return;
          }
          began = performance.now();
          socket.write(text);
        };
        socket.on('data', (chunk: Buffer) => {
          got += chunk.toString('latin1');
          const end = got.indexOf('\r\n\r\n');
          if (end === -1 || got.length < end + 204) return;
          if (!got.startsWith('HTTP/1.1 200')) reject(new Error(got.slice(0, 200)));
          got = '';
          latencies.push(performance.now() - began);
          next();
        });
        socket.once('close', () => reject(new Error('the proxy closed a connection')));
        next();
      });
    }),
  );
  return latencies;
}

/**
 * As `requests`, but only so many a second, whether or not the proxy could do more: the load that all of them get alike. Who waits
 * for a connection because the proxy is behind waits in the figures too.
 */
export async function pacedRequests(
  port: number,
  count: number,
  clients: number,
  perSecond: number,
): Promise<number[]> {
  const text = Buffer.from(`GET ${path}api/status HTTP/1.1\r\nHost: hub.example\r\n${agent}\r\n`);
  const latencies: number[] = [];
  const all = await Promise.all(Array.from({ length: clients }, () => connected(port)));
  const free = [...all];
  /** When each request that is due and not sent yet became due. */
  const due: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const began = new Map<Socket, number>();
    const send = (): void => {
      while (due.length > 0 && free.length > 0) {
        const socket = free.shift()!;
        began.set(socket, due.shift()!);
        socket.write(text);
      }
    };
    for (const socket of all) {
      let got = '';
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString('latin1');
        const end = got.indexOf('\r\n\r\n');
        if (end === -1 || got.length < end + 204) return;
        got = '';
        latencies.push(performance.now() - (began.get(socket) ?? 0));
        free.push(socket);
        send();
        if (latencies.length === count) resolve();
      });
      socket.once('close', () => reject(new Error('the proxy closed a connection')));
    }
    const start = performance.now();
    let made = 0;
    const ticker = setInterval(() => {
      const now = performance.now();
      for (const target = Math.min(count, ((now - start) * perSecond) / 1000); made < target; made++) due.push(now);
      send();
      if (made >= count) clearInterval(ticker);
    }, 1);
  });
  for (const socket of all) socket.destroy();
  return latencies;
}

/** Downloads `size` bytes. */
export async function download(port: number, size: number): Promise<void> {
  const socket = await connected(port);
  socket.write(`GET ${path}download/${size} HTTP/1.1\r\nHost: hub.example\r\n${agent}\r\n`);
  let got = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got >= size) resolve();
    });
    socket.once('close', () => reject(new Error('the proxy closed a connection')));
  });
  socket.destroy();
}

/** Opens a websocket. */
export async function websocket(port: number): Promise<Socket> {
  const socket = await connected(port);
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
  socket.write(
    `GET ${path}ws HTTP/1.1\r\nHost: hub.example\r\n${agent}Connection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('HTTP/1.1 101')) resolve();
      else reject(new Error(chunk.toString('latin1')));
    });
  });
  return socket;
}

/** A masked text frame with 100 bytes. */
const frame = Buffer.concat([Buffer.from([0x81, 0x80 | 100, 1, 2, 3, 4]), Buffer.alloc(100, 'x')]);

/** Sends `count` messages over these websockets, each after the echo of the last. */
export async function messages(sockets: readonly Socket[], count: number): Promise<void> {
  let left = count;
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let got = 0;
          const next = (): void => {
            if (left-- > 0) {
              socket.write(frame);
              return;
            }
            socket.removeAllListeners('data');
            resolve();
          };
          socket.on('data', (chunk: Buffer) => {
            got += chunk.length;
            if (got < frame.length) return;
            got = 0;
            next();
          });
          next();
        }),
    ),
  );
}
