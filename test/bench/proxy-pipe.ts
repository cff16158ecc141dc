// The least that a proxy in Node can do: two sockets, joined. node proxy-pipe.js PORT SOCKET.
import { connect, createServer } from 'node:net';

const [, , port, socket = ''] = process.argv;
createServer({ noDelay: true }, (client) => {
  const server = connect(socket);
  client.pipe(server).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
}).listen(Number(port), '127.0.0.1');
