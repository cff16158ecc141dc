// proxyd without systemd and the bus, for the bench: node proxy-alone.js PORT SOCKET ROUTES.
import { dirname } from 'node:path';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { startProxy } from '@tshub/proxyd';

const [, , port, socket = '', routes = '1'] = process.argv;
const uid = process.getuid?.() ?? 0;
const log = makeLog({ name: 'bench', level: 'warn' });
const proxy = await startProxy({
  settings: schema.parse({ proxy: { max_connections: 20_000 } }).proxy,
  routeSettings: schema.parse({}).proxy_routes,
  listen: { host: '127.0.0.1', port: Number(port) },
  hub: { socket, uids: [uid] },
  store: { load: async () => [], read: async () => [], save: async () => undefined },
  log,
  clock: Date.now,
  peer: peerCredentials,
  socketRoots: [dirname(socket)],
});
const target = `unix:${socket}`;
for (let i = 1; i < Number(routes); i++) {
  await proxy.routes.add({ prefix: `/user/u${i}/`, target, uid, data: { user: `u${i}` } });
}
await proxy.routes.add({ prefix: '/user/bench/', target, uid, data: {} });
