// The hub in a process of its own, with everything that is not the hub replaced at the bus: what is measured is hubd alone.
// hub-alone FILE PORT [USERS SERVERS]: with the numbers it fills an empty database, prints a token of an administrator, and ends.
import { noSecrets, schema } from '@tshub/config';
import { listenOn, makeLog } from '@tshub/daemon';
import { serverUnit } from '@tshub/contract';
import { hubServer } from '../../packages/hubd/src/hub-listeners.ts';
import { createHub, type Hub } from '../../packages/hubd/src/hub.ts';
import { makeAuthenticate } from '../../packages/hubd/src/login/authenticators/index.ts';
import { FakeProxy } from '../support/fake-proxy.ts';
import { FakeSpawner } from '../support/fake-spawner.ts';

const [, , file = '', port = '0', users = '', servers = '0'] = process.argv;
const settings = schema.parse({
  login: { authenticator: 'dummy', dummy_is_for_tests_only: true, admin_users: ['boss'] },
  logging: { level: 'warn' },
});
const noAccounts = { byName: () => Promise.resolve(null), byUid: () => Promise.resolve(null) };

async function build(): Promise<{ readonly hub: Hub; readonly spawner: FakeSpawner }> {
  const spawner = new FakeSpawner();
  const proxy = new FakeProxy();
  const hub = await createHub({
    settings,
    db: file,
    clock: Date,
    log: makeLog({ name: 'hub', level: 'warn' }),
    spawner: spawner.calls,
    proxy: proxy.calls,
    watchUnits: spawner.watchUnits,
    authenticate: (now) =>
      makeAuthenticate({
        settings: now,
        secrets: () => noSecrets,
        accounts: noAccounts,
        connectAuthd: () => Promise.reject(new Error('no authd')),
      }),
    accounts: noAccounts,
    keys: ['a key of the bench, at least thirty-two characters'],
    runtime: { version: `Node.js ${process.version}`, executable: process.execPath },
  });
  return { hub, spawner };
}

async function seed(): Promise<void> {
  const { hub } = await build();
  const names = Array.from({ length: Number(users) }, (_, i) => `user-${String(i).padStart(5, '0')}`);
  await hub.users.addMissing(names);
  const boss = await hub.users.ensure('boss', true);
  for (const name of names.slice(0, Number(servers))) {
    const user = await hub.users.byName(name);
    await hub.db('servers').insert({
      user_id: user?.id,
      name: '',
      active: true,
      started: Date.now(),
      invocation: serverUnit(name, ''),
      target: 'unix:/nowhere',
      uid: 1000,
    });
  }
  const { text } = await hub.tokens.issue({
    owner: { kind: 'user', id: boss.id },
    scopes: ['inherit'],
    note: 'of the bench',
    expiresIn: null,
  });
  process.stdout.write(`${text}\n`);
  await hub.stop();
}

async function serve(): Promise<void> {
  const { hub, spawner } = await build();
  const running: Array<{ user: string }> = await hub
    .db('servers')
    .join('users', 'users.id', 'servers.user_id')
    .select({ user: 'users.name' });
  for (const { user } of running) {
    const status = spawner.run(user, '');
    spawner.units.set(status.unit, { ...status, invocation: serverUnit(user, '') });
  }
  await hub.start();
  const server = hubServer(hub.handle);
  await listenOn(server, { host: '127.0.0.1', port: Number(port) });
  // Where proxyd speaks for browsers; programs use the port.
  await listenOn(hubServer(hub.handle), { path: `${file}.socket` });
}

// Leaves by itself, so that a profile (--cpu-prof) is written.
process.once('SIGTERM', () => process.exit());
await (users === '' ? serve() : seed());
