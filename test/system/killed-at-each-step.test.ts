import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { machine, stopServer } from './support/suite.ts';

// The real daemons, killed by SIGKILL before and after each thing that they do to the world while a server starts or stops. When whatever
// comes back by itself is back, the server is there whole or it is gone whole, and its user can start it.

const unit = 'tshub-server-ada.service';

interface Table {
  readonly daemon: 'tshub' | 'tshub-spawnerd';
  readonly verb: 'start' | 'stop';
  /** What the daemon does, in its order, by the names of `support/steps.mjs`. The first test of each looks whether this is all. */
  readonly steps: readonly string[];
  /** From where on a start has come so far that it goes on, or a stop that the server is gone. */
  readonly turn: string | null;
}

const tables: readonly Table[] = [
  {
    daemon: 'tshub',
    verb: 'start',
    steps: [
      'insert users',
      'insert servers',
      'update servers',
      'insert tokens',
      'insert oauth_clients',
      'Start',
      'update servers',
      'Probe',
      'AddRoute',
    ],
    turn: 'after 2 update servers',
  },
  {
    daemon: 'tshub',
    verb: 'stop',
    steps: ['RemoveRoute', 'Stop', 'delete oauth_clients', 'delete tokens', 'update servers'],
    turn: 'after 1 Stop',
  },
  {
    daemon: 'tshub-spawnerd',
    verb: 'start',
    steps: [
      'open .new',
      'open .slice',
      'unlink .new',
      'SetUnitProperties',
      'open .env',
      'StartTransientUnit',
      'unlink .env',
    ],
    // The hub has no answer, and takes everything back.
    turn: null,
  },
  { daemon: 'tshub-spawnerd', verb: 'stop', steps: ['StopUnit'], turn: 'after 1 StopUnit' },
];

/** With its count: `2 update servers`. */
function counted(steps: readonly string[]): string[] {
  return steps.map((step, i) => `${steps.slice(0, i + 1).filter((one) => one === step).length} ${step}`);
}

/** Between every two steps; a call over the bus is sent, and later answered. */
function placesOf(steps: readonly string[]): string[] {
  const each = counted(steps);
  return each.flatMap((step, i) => {
    const isAnswered = i > 0 && /^[A-Z]/.test(steps[i - 1] ?? '');
    return [...(i === 0 || isAnswered ? [`before ${step}`] : []), `after ${step}`];
  });
}

const dropin = (daemon: string) => `/run/systemd/system/${daemon}.service.d/steps.conf`;

beforeAll(async () => {
  await installWeb();
  await machine.push(join(import.meta.dirname, 'support/steps.mjs'), '/opt/tshub-test/steps.mjs');
  for (const { daemon } of tables)
    await machine.write(
      dropin(daemon),
      '[Service]\nRestartSec=100ms\nEnvironment=NODE_OPTIONS=--import=/opt/tshub-test/steps.mjs\n',
    );
  await machine.run(['systemctl', 'daemon-reload']);
  await machine.run(['systemctl', 'restart', 'tshub']);
  await withSettings(`[spawner]\ncommand = ["${web}", "unix:{socket}"]\nuser_mem_limit = "4G"\n`);
});
afterAll(async () => {
  await stopServer('ada');
  await machine.sh(
    `rm -f ${dropin('tshub')} ${dropin('tshub-spawnerd')} /opt/tshub-test/point; systemctl daemon-reload`,
  );
  await machine.run(['systemctl', 'restart', 'tshub']);
  await withoutSettings();
});

const begin = (verb: 'start' | 'stop') =>
  machine.run(['tshubctl', 'server', verb, 'ada'], { user: 'ada', fails: true });
const pidOf = async (daemon: string) => (await machine.show(`${daemon}.service`, 'MainPID'))['MainPID'];

/** The state that a verb begins with: a person of whom the hub has never heard, or a server that is ready. */
async function prepare({ verb }: Table): Promise<void> {
  // What it did of late for that person is forgotten with its process: nobody has ten starts a minute.
  await machine.sh('systemctl restart tshub-spawnerd; rm -f /run/tshub-spawnerd/*.slice');
  if (verb === 'start') await machine.run(['tshubctl', 'user', 'delete', 'ada'], { fails: true });
  else expect(await begin('start')).toMatchObject({ code: 0, err: '' });
}

async function arm({ daemon }: Table, point: string): Promise<void> {
  await machine.write('/opt/tshub-test/point', `${point}\n`);
  await machine.run(['systemctl', 'kill', '--signal=USR2', '--kill-whom=main', daemon]);
}

const database = `
import json, sqlite3
db = sqlite3.connect('file:/var/lib/tshub/tshub.sqlite?mode=ro', uri=True)
one = lambda sql: [list(row) for row in db.execute(sql)]
print(json.dumps({
  'servers': one("select active, invocation <> '', target <> '', token_id is not null from servers join users on users.id = user_id where users.name = 'ada'"),
  'tokens': one("select note from tokens where note like 'Server at /user/ada/%'"),
  'clients': one("select id from oauth_clients where server_user = 'ada'"),
}))`;

/** Everything that a server of ada's is made of, wherever it is. */
async function parts() {
  // A spawnerd that comes when it is asked tidies up first.
  const [rows = '', routes = '', ...others] = (
    await machine.sh(
      `busctl call org.tshub.Spawner1 /org/tshub/Spawner1 org.tshub.Spawner1 List > /dev/null
      python3 - <<'END'\n${database}\nEND
      busctl call org.tshub.Proxy1 /org/tshub/Proxy1 org.tshub.Proxy1 ListRoutes
      systemctl show --value --property=ActiveState ${unit}
      ls /run/tshub-servers | wc -l
      ls -A /run/tshub-spawnerd | grep -c env || true
      ls -A /run/tshub-spawnerd | grep -c new || true`,
    )
  ).split('\n');
  const [active, sockets, secrets, notes] = others;
  const prefixes = routes.match(/\/user\/ada\/(?=")/g) ?? [];
  return { ...(JSON.parse(rows) as object), routes: prefixes, unit: active, sockets, secrets, notes };
}

const whole = {
  servers: [[1, 1, 1, 1]],
  tokens: [['Server at /user/ada/']],
  clients: [['jupyterhub-user-ada']],
  routes: ['/user/ada/'],
  unit: 'active',
  sockets: '1',
  secrets: '0',
  notes: '0',
};
/** A note on the limits of a person that was not finished is read by the next start, and not taken away before. */
const gone = { tokens: [], clients: [], routes: [], unit: 'inactive', sockets: '0', secrets: '0' };

/** Nothing is under way any more; whether the server is ready. */
async function settled(): Promise<boolean> {
  return eventually('nothing is pending', async () => {
    const { code, out } = await machine.run(['tshubctl', 'server', 'show', 'ada', '--json'], { fails: true });
    // There is no such server.
    if (code === 3) return { ready: false };
    const { server } = JSON.parse(out) as { server: { ready: boolean; pending: string | null } };
    return server.pending === null && { ready: server.ready };
  }).then(({ ready }) => ready);
}

async function expectWhole(isThere: boolean): Promise<void> {
  expect(await settled()).toBe(isThere);
  const found = await parts();
  if (!isThere) {
    expect(found).toMatchObject(gone);
    for (const row of (found as unknown as typeof whole).servers) expect(row).toEqual([0, 0, 0, 0]);
    return;
  }
  expect(found).toEqual(whole);
  const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
  const ask = `curl -s -o /dev/null -w '%{http_code}' -H "Authorization: token $(tr '\\0' '\\n' < /proc/${pid}/environ | sed -n s/^JUPYTERHUB_API_TOKEN=//p)" http://127.0.0.1:8081/hub/api/user`;
  expect(await machine.sh(ask), "the server's token").toBe('200');
  expect((await fetch(`${machine.url}/user/ada/`)).status).toBe(200);
}

describe.each(tables)('$daemon at a $verb', (table) => {
  const { daemon, verb, steps, turn } = table;

  test('does these things, in this order', async () => {
    await prepare(table);
    await arm(table, 'trace');
    const began = await machine.sh('date +%s.%N');
    expect((await begin(verb)).code).toBe(0);
    const told = await machine.journal('-u', daemon, `--since=@${began}`);
    const found = told
      .map(({ MESSAGE }) => /^step: (.*)/.exec(String(MESSAGE))?.[1])
      .filter((one) => one !== undefined);
    expect(found).toEqual(counted(steps));
  });

  const places = placesOf(steps);
  const turns = turn === null ? places.length : places.indexOf(turn);
  const ends = places.map((place, i) => [place, (verb === 'start') === i >= turns ? 'there' : 'gone'] as const);
  test.each(ends)('killed %s: the server is %s, with all that belongs to it', async (place, end) => {
    const isThere = end === 'there';
    await prepare(table);
    const before = await pidOf(daemon);
    await arm(table, place);
    await begin(verb);
    await eventually('it was killed', async () => (await pidOf(daemon)) !== before, 20);
    await eventually('the hub is back', async () => (await fetch(`${machine.url}/hub/health`)).ok);
    await expectWhole(isThere);
    if (!isThere) {
      expect(await begin('start')).toMatchObject({ code: 0, err: '' });
      await expectWhole(true);
    }
    expect((await begin('stop')).code).toBe(0);
    expect(await parts()).toMatchObject({ ...gone, notes: '0' });
  });
});
