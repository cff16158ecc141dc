import { accounts, hubApi, paths, units } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import { programs } from '../../scripts/bundles.ts';
import { filesIn, readUnit, words } from './support.ts';

const services = filesIn('units', '.service');
const sockets = filesIn('units', '.socket');
/** systemd's own program, on behalf of the hub. */
const outside = 'tshub-outside@.service';

test('every unit that the contract names is there', () => {
  expect([...services, ...sockets, ...filesIn('units', '.slice'), ...filesIn('units', '.timer')]).toEqual(
    expect.arrayContaining(Object.values(units)),
  );
});

test('every daemon has a unit that starts its program with the system’s Node', () => {
  const started = services
    .filter((name) => name !== outside)
    .flatMap((name) => {
      const command = readUnit(name)['Service']?.['ExecStart'] ?? [];
      expect(command, name).toHaveLength(1);
      return [
        /^\/usr\/bin\/node (?:--[a-z-]+(?:=\d+)? )*\/usr\/lib\/tshub\/(\w+)\.mjs$/.exec(command[0] ?? '')?.[1] ??
          command[0] ??
          '',
      ];
    });
  // tshubctl is typed, and starts snapshot.
  const others = ['snapshot', 'tshubctl'];
  expect(started.toSorted()).toEqual(programs.filter((program) => !others.includes(program)).toSorted());
});

/** Commands with root's rights: they close a socket, and nothing else. */
/** All of it is written in the unit: nothing that the daemon says or owns becomes part of it. */
const privileged: Readonly<Record<string, readonly string[]>> = {
  [units.hub]: [
    '+/usr/lib/tshub/hub-stopped',
    `+/usr/lib/tshub/close-if-misconfigured ${units.hubSocket}`,
    '+/usr/bin/install -d -m 0700 /etc/tshub/services',
  ],
  [units.proxy]: [`+/usr/lib/tshub/close-if-misconfigured ${units.proxySocket}`],
};

describe.each([
  [units.hub, accounts.hub],
  [units.proxy, accounts.proxy],
  [units.culler, accounts.culler],
  [units.acme, accounts.proxy],
])('%s', (name, account) => {
  const service = readUnit(name)['Service'] ?? {};

  test(`runs as ${account}, without capabilities and without a way to get any`, () => {
    expect(service['User']).toEqual([account]);
    expect(service['CapabilityBoundingSet']).toEqual(['']);
    expect(service['AmbientCapabilities']).toEqual(['']);
    expect(service['NoNewPrivileges']).toEqual(['yes']);
  });

  test('has no command that runs with other rights than its own, but for those that close its socket or make a folder', () => {
    const commands = Object.entries(service).flatMap(([key, values]) => (key.startsWith('Exec') ? values : []));
    expect(commands.filter((command) => !command.startsWith('/'))).toEqual(privileged[name] ?? []);
  });
});

test.each([units.hub, units.proxy, units.culler, units.spawner])(
  'a reload of %s tells of settings with an error',
  (name) => {
    expect(readUnit(name)['Service']?.['ExecReload']).toEqual([
      '/bin/kill -HUP $MAINPID',
      '/usr/bin/tshubctl config check',
    ]);
  },
);

test('the password check can become the user: no User=, with which systemd 257 takes CAP_SETUID away from root', () => {
  const service = readUnit('tshub-authd@.service')['Service'] ?? {};
  expect(service['User']).toBeUndefined();
  expect(service['CapabilityBoundingSet']?.join(' ').split(' ')).toContain('CAP_SETUID');
});

test('only the spawner and the password check run as root', () => {
  const root = services.filter((name) => {
    const { User: user, DynamicUser: dynamic } = readUnit(name)['Service'] ?? {};
    return dynamic?.[0] !== 'yes' && (user?.[0] ?? 'root') === 'root';
  });
  expect(root).toEqual(['tshub-authd@.service', units.spawner]);
});

test('the spawner is root by number alone: no capability, no network, no devices', () => {
  const service = readUnit(units.spawner)['Service'] ?? {};
  expect(service['CapabilityBoundingSet']).toEqual(['']);
  expect(service['NoNewPrivileges']).toEqual(['yes']);
  expect(service['PrivateNetwork']).toEqual(['yes']);
  expect(service['RestrictAddressFamilies']).toEqual(['AF_UNIX']);
  expect(service['PrivateDevices']).toEqual(['yes']);
});

test('hub, culler and spawner cannot open a socket to the network', () => {
  for (const name of [units.hub, units.culler, units.spawner]) {
    const service = readUnit(name)['Service'] ?? {};
    expect(service['PrivateNetwork'], name).toEqual(['yes']);
    expect(service['RestrictAddressFamilies'], name).toEqual(['AF_UNIX']);
  }
});

test('the proxy sees the real uid at the other end of a socket', () => {
  expect(readUnit(units.proxy)['Service']?.['PrivateUsers']).toBeUndefined();
});

test('no unit forbids memory that is written and executed, which the JavaScript engine needs', () => {
  for (const name of services) expect(readUnit(name)['Service']?.['MemoryDenyWriteExecute'], name).toBeUndefined();
});

test('the hub’s sockets are those of the contract, the proxy’s first', () => {
  expect(readUnit(units.hubSocket)['Socket']?.['ListenStream']).toEqual([
    paths.hubSocket,
    `${hubApi.host}:${hubApi.port}`,
  ]);
});

test('only the proxy reaches the hub’s socket, only the hub reaches the password check', () => {
  const hub = readUnit(units.hubSocket)['Socket'] ?? {};
  expect([hub['SocketUser'], hub['SocketGroup'], hub['SocketMode']]).toEqual([['root'], [accounts.proxy], ['0660']]);
  const auth = readUnit(units.authSocket)['Socket'] ?? {};
  expect(auth['ListenStream']).toEqual([paths.authSocket]);
  expect([auth['SocketUser'], auth['SocketGroup'], auth['SocketMode']]).toEqual([['root'], [accounts.hub], ['0660']]);
  expect(auth['Accept']).toEqual(['yes']);
});

test('only the hub reaches the ways out of it, which lead to one host each, with no rights', () => {
  const socket = readUnit('tshub-outside@.socket')['Socket'] ?? {};
  expect(socket['ListenStream']).toEqual([`${paths.outside}/%i`]);
  expect([socket['SocketUser'], socket['SocketGroup'], socket['SocketMode']]).toEqual([
    ['root'],
    [accounts.hub],
    ['0660'],
  ]);
  const service = readUnit(outside)['Service'] ?? {};
  expect(service['ExecStart']?.[0]).toMatch(/^\/usr\/lib\/systemd\/systemd-socket-proxyd .* %i$/);
  expect([service['DynamicUser'], service['CapabilityBoundingSet']]).toEqual([['yes'], ['']]);
});

test('state and runtime folders are those of the contract, open to nobody else', () => {
  const hub = readUnit(units.hub)['Service'] ?? {};
  expect([`/var/lib/${hub['StateDirectory']?.[0]}`, hub['StateDirectoryMode']]).toEqual([paths.hubState, ['0700']]);
  const proxy = readUnit(units.proxy)['Service'] ?? {};
  expect([`/var/lib/${proxy['StateDirectory']?.[0]}`, proxy['StateDirectoryMode']]).toEqual([
    paths.proxyKeys,
    ['0700'],
  ]);
  for (const [name, path] of [
    [units.proxy, paths.proxyState],
    [units.spawner, paths.spawnerState],
  ] as const) {
    const service = readUnit(name)['Service'] ?? {};
    expect(`/run/${service['RuntimeDirectory']?.[0]}`).toBe(path);
    expect(service['RuntimeDirectoryMode']).toEqual(['0700']);
    expect(service['RuntimeDirectoryPreserve']).toEqual(['yes']);
  }
});

test('enabling the hub enables all that starts at boot', () => {
  const also = words(readUnit(units.hub), 'Install', 'Also');
  // Root enables a way out by the name of a host.
  const enabled = [...services, ...sockets].filter(
    (name) => readUnit(name)['Install'] && name !== units.hub && name !== 'tshub-outside@.socket',
  );
  expect(also.toSorted()).toEqual(enabled.toSorted());
});

test('a broken settings file is not retried, a killed daemon is', () => {
  for (const name of [units.hub, units.proxy, units.culler, units.spawner]) {
    const service = readUnit(name)['Service'] ?? {};
    expect(service['Restart'], name).toEqual(['on-failure']);
    expect(service['RestartPreventExitStatus'], name).toEqual(['78']);
  }
});

test('stopping or restarting the hub stops no other unit', () => {
  for (const name of [...services, ...sockets, ...filesIn('units', '.slice')])
    for (const key of ['PartOf', 'BindsTo', 'Requires', 'Requisite', 'StopPropagatedFrom'])
      expect(words(readUnit(name), 'Unit', key), `${name}: ${key}`).not.toContain(units.hub);
});
