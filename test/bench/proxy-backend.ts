// What the proxies of the bench lead to: node proxy-backend.ts PORT SOCKET. Small answers, long downloads, echoing websockets.
import { createServer, type Socket } from 'node:net';

const [, , port, path] = process.argv;
const body = 'x'.repeat(200);
const small = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
// For the one key that the load sends; haproxy looks at it.
const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const switching = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${accept}\r\n\r\n`;
const block = Buffer.alloc(65_536);

function download(socket: Socket, size: number): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
  let left = size;
  const send = (): void => {
    while (left > 0) {
      const part = left >= block.length ? block : block.subarray(0, left);
      left -= part.length;
      if (!socket.write(part)) break;
    }
    if (left > 0) socket.once('drain', send);
  };
  send();
}

function serve(socket: Socket): void {
  let head = '';
  socket.on('error', () => undefined);
  socket.on('data', function onData(chunk: Buffer) {
    head += chunk.toString('latin1');
    if (!head.includes('\r\n\r\n')) return;
    const asked = head;
    head = '';
    if (/^upgrade: websocket/im.test(asked)) {
      socket.off('data', onData);
      socket.write(switching);
      socket.pipe(socket);
      return;
    }
    const size = /^GET [^ ]*\/download\/(\d+)/.exec(asked)?.[1];
    if (size !== undefined) download(socket, Number(size));
    else for (let i = asked.split('\r\n\r\n').length - 1; i > 0; i--) socket.write(small);
  });
}

createServer({ noDelay: true }, serve).listen(path);
createServer({ noDelay: true }, serve).listen(Number(port), '127.0.0.1');
