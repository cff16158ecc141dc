// proxyd without systemd and the bus, for the bench: node proxy-alone.js PORT SOCKET ROUTES THREADS.
import { dirname } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { startProxy } from '@tshub/proxyd';
import { serveInThread } from '../../packages/proxyd/src/threads/serve.ts';
import { busyHere, startThread } from '../../packages/proxyd/src/threads/thread.ts';
import type { ToThread } from '../../packages/proxyd/src/threads/messages.ts';

const log = makeLog({ name: 'bench', level: 'warn' });
if (isMainThread) await serve();
else {
  const hear = serveInThread({
    ...workerData,
    log,
    clock: Date.now,
    say: (message) => parentPort?.postMessage(message),
  });
  parentPort?.on('message', (message: ToThread) => hear(message));
}

async function serve(): Promise<void> {
  const [, , port, socket = '', routes = '1', threads = '1'] = process.argv;
  const uid = process.getuid?.() ?? 0;
  const settings = schema.parse({ proxy: { max_connections: 20_000 } });
  const socketRoots = [dirname(socket)];
  const proxy = await startProxy({
    settings: settings.proxy,
    routeSettings: settings.proxy_routes,
    listen: { host: '127.0.0.1', port: Number(port) },
    hub: { socket, uids: [uid] },
    store: { load: async () => [], read: async () => [], save: async () => undefined },
    log,
    clock: Date.now,
    peer: peerCredentials,
    socketRoots,
    threads: {
      most: () => Number(threads),
      start: () => startThread(new URL(import.meta.url), { workerData: { hubSocket: socket, socketRoots } }),
      beginning: () => ({ settings, hubUid: uid, hasFront: false, hostNames: [], ticketKeys: null }),
      busyHere: busyHere(),
      onFailure: (error) => {
        throw error;
      },
    },
  });
  const target = `unix:${socket}`;
  for (let i = 1; i < Number(routes); i++) {
    await proxy.routes.add({ prefix: `/user/u${i}/`, target, uid, data: { user: `u${i}` } });
  }
  await proxy.routes.add({ prefix: '/user/bench/', target, uid, data: {} });
}
