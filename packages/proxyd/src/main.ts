import { join } from 'node:path';
import { connectBus } from '@tshub/bus';
import { loadSettings } from '@tshub/config';
import { accounts, paths, TshubError } from '@tshub/contract';
import { inheritedSockets, run } from '@tshub/daemon';
import { peerCredentials, userByName } from '@tshub/native';
import { keepOnBus } from './bus-link.ts';
import { startProxy } from './proxy.ts';
import { proxy1For } from './proxy1.ts';
import { FileRoutesStore } from './routes-store.ts';
import { makeTargets } from './targets.ts';

// Longer than any drain time that makes sense; systemd's own limit comes after it.
const stopDeadlineMs = 120_000;

await run({
  name: 'tshub-proxyd',
  stopDeadlineMs,
  async start({ log, signal, onStop, onReload, ready }) {
    let settings = loadSettings();
    log.level = settings.logging.level;
    const [listener] = inheritedSockets();
    if (listener === undefined) {
      const problem = 'no listening socket was handed over; start tshub-proxyd.socket rather than the service alone';
      throw new TshubError('config_invalid', { problem });
    }
    const hubUid = await accountUid(accounts.hub);
    const proxy = await startProxy({
      settings: settings.proxy,
      listen: { fd: listener.fd },
      hub: { socket: paths.hubSocket, uids: [0, hubUid] },
      store: new FileRoutesStore(join(paths.proxyState, 'routes.json'), log),
      log,
      clock: Date.now,
      peer: peerCredentials,
    });
    onStop(() => proxy.close(), 'the public listener');
    onReload(() => {
      settings = loadSettings();
      const later = proxy.reload(settings.proxy);
      log.level = settings.logging.level;
      const rest = later.length === 0 ? '' : `; a restart is needed for ${later.join(', ')}`;
      log.info({ event: 'config-reloaded' }, `settings were read again${rest}`);
    });
    const says = `listening on port ${proxy.port}, with ${proxy.routes.table.size} routes from before`;
    log.info(says);
    ready(says);
    const onProblem = (sentence: string, error: unknown) => log.warn({ error }, sentence);
    const targets = makeTargets({ settings: () => settings, account: userByName });
    const connect = () => connectBus({ onProblem });
    const implementation = proxy1For(proxy, hubUid, targets);
    await keepOnBus({ connect, implementation, accountUid, log, signal });
  },
});

/** Throws config_invalid for an account that sysusers should have made. */
async function accountUid(name: string): Promise<number> {
  const account = await userByName(name);
  if (account !== null) return account.uid;
  throw new TshubError('config_invalid', { problem: `the account ${name} does not exist; run: systemd-sysusers` });
}
