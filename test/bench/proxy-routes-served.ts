// proxyd on a bus of its own, for the bench: node proxy-routes-served.js ADDRESS FOLDER PORT. Whoever asks is the hub.
import { join } from 'node:path';
import { connectBus } from '@tshub/bus';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { startProxy } from '@tshub/proxyd';
import { keepOnBus } from '../../packages/proxyd/src/bus-link.ts';
import { announceRoutes, proxy1For } from '../../packages/proxyd/src/proxy1.ts';
import { noTls } from '../../packages/proxyd/src/public-front.ts';
import { FileRoutesStore } from '../../packages/proxyd/src/routes-store.ts';
import { makeTargets } from '../../packages/proxyd/src/targets.ts';

const [, , address = '', folder = '', port] = process.argv;
const hubUid = process.getuid?.() ?? 0;
const settings = schema.parse({});
const log = makeLog({ name: 'bench', level: 'warn' });
const proxy = await startProxy({
  settings: settings.proxy,
  routeSettings: settings.proxy_routes,
  listen: { host: '127.0.0.1', port: Number(port) },
  hub: { socket: join(folder, 'hub.sock'), uids: [hubUid] },
  store: new FileRoutesStore(join(folder, 'routes.json'), log),
  log,
  clock: Date.now,
  peer: peerCredentials,
});
await keepOnBus({
  connect: () => connectBus({ address }),
  implementation: proxy1For({
    proxy,
    hubUid,
    targets: makeTargets({ settings: () => settings, account: () => Promise.resolve(null) }),
    tlsStatus: () => noTls,
    inUse: () => ({ settings, waiting: [] }),
  }),
  accountUid: () => Promise.resolve(hubUid),
  onLinked: (bus) => announceRoutes(bus, proxy.routes),
  log,
  signal: new AbortController().signal,
});
