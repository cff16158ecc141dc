import type { Server } from 'node:http';
import { connectBus } from '@tshub/bus';
import { loadSecrets, loadSettings, type SecretPlaces } from '@tshub/config';
import { hub1, hubApi, paths, proxy1, spawner1, TshubError } from '@tshub/contract';
import { inheritedSockets, type ListenAddress, listenOn, run } from '@tshub/daemon';
import { userByName, userByUid } from '@tshub/native';
import { loadCookieKeys } from './hub-cookie-key.ts';
import { readCredential } from './hub-credential.ts';
import { hubServer } from './hub-listeners.ts';
import { createHub } from './hub.ts';
import { connectAuthdAt } from './login/authenticators/pam.ts';
import { makeAuthenticate } from './login/authenticators/index.ts';
import { socketsOut } from './login/oidc/sockets-out.ts';
import { makeWatchUnits } from './servers/watch-units.ts';

/** Exit code after a shutdown that somebody asked for: systemd leaves the hub as it is, and closes its socket (hub-stopped). */
const stayDown = 100;
const accounts = { byName: userByName, byUid: userByUid };

await run({
  name: 'tshub',
  async start(life) {
    const { log } = life;
    const settings = loadSettings();
    log.level = settings.logging.level;
    const credentials = process.env['CREDENTIALS_DIRECTORY'];
    const keys = loadCookieKeys({ file: paths.cookieKey, credentials });
    const secretPlaces: SecretPlaces = { credentials, folder: paths.secrets };
    let secrets = loadSecrets(secretPlaces, settings);

    const bus = await connectBus();
    life.onStop(() => bus.close(), 'the bus');
    // Another connection would be another caller: systemd starts the hub again, and it adopts what runs.
    void bus.lost.then((error) => life.fail(error));

    const hub = await createHub({
      settings,
      db: paths.database,
      clock: Date,
      log,
      spawner: bus.calls(spawner1, { timeoutMs: 0 }),
      proxy: bus.calls(proxy1),
      signals: {
        send: (connection, signal, args) => bus.emit(hub1, signal, args as never, connection),
        onGone: (connection, gone) => bus.onOwnerChange(connection, (owner) => owner === null && gone()),
      },
      watchUnits: makeWatchUnits(bus),
      authenticate: (now) =>
        makeAuthenticate({
          settings: now,
          secrets: () => secrets,
          connectAuthd: connectAuthdAt(paths.authSocket),
          accounts,
        }),
      secrets: () => secrets,
      outside: socketsOut(paths.outside),
      accounts,
      keys,
      credential: (name) => readCredential(process.env['CREDENTIALS_DIRECTORY'], name),
      end: () => life.stop(stayDown),
      runtime: { version: `Node.js ${process.version}`, executable: process.execPath },
    });
    life.onStop(() => hub.stop(), 'the hub');
    life.onReload(() => {
      const fresh = loadSettings();
      secrets = loadSecrets(secretPlaces, fresh);
      hub.reload(fresh);
      log.level = fresh.logging.level;
    });

    await hub.start();
    bus.serve(hub1, hub.hub1, {
      accountUid,
      onRefused: (refusal) => log.warn({ ...refusal }, 'A call over the bus was refused'),
      onBug: (error, id) => log.error({ event: 'request-failed', id, error }, `A call over the bus failed (id ${id})`),
    });
    await bus.own(hub1.busName);
    for (const address of listenAddresses()) {
      const server = hubServer(hub.handle);
      await listenOn(server, address);
      life.onStop(() => closeServer(server), 'a listener');
    }
    life.ready(`${hub.servers.activeCount} servers`);
  },
});

/** What systemd handed over; started by hand, the same places. */
function listenAddresses(): ListenAddress[] {
  const inherited = inheritedSockets();
  if (inherited.length > 0) return inherited.map(({ fd }) => ({ fd }));
  return [{ path: paths.hubSocket, mode: 0o660 }, hubApi];
}

async function accountUid(name: string): Promise<number> {
  const account = await userByName(name);
  if (account !== null) return account.uid;
  throw new TshubError('config_invalid', { problem: `the account ${name} does not exist; run: systemd-sysusers` });
}

/** Answers that are under way get a moment; event streams would never end by themselves. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), 3000);
  await closed;
  clearTimeout(impatient);
}
