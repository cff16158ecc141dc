import type { BusError, Implementation } from '@tshub/bus';
import { schema, type Settings } from '@tshub/config';
import { serverClientId, serverPrefix, type spawner1, type UnitStatus } from '@tshub/contract';
import { makeLog } from '@tshub/daemon';
import type { Account } from '@tshub/native';
import type { Gates } from './gates.ts';
import type { Files, Sight } from '../../packages/spawnerd/src/files.ts';
import { startSpawner } from '../../packages/spawnerd/src/spawner.ts';
import type { Systemd1 } from '../../packages/spawnerd/src/systemd1.ts';
import { readUnitFacts, type UnitFacts } from '../../packages/spawnerd/src/unit-facts.ts';

/** A step that a request took, in the order taken: `write`, `remove`, `StartTransientUnit`, `job`, … and what it was about. */
export type Step = readonly [what: string, about: string];

export interface Unit {
  facts: UnitFacts;
  readonly properties: ReadonlyMap<string, unknown>;
}

/** What the pretended service manager does with the next start. */
export interface Plan {
  startError?: BusError;
  /** Result of the start job; 'done' unless told. */
  jobResult?: string;
  /** Facts once the job is done, over those of a running unit; null: the unit is gone. */
  facts?: Partial<UnitFacts> | null;
  /** The start job stays open until the unit is stopped. */
  hangs?: boolean;
  stopNeverEnds?: boolean;
}

const me = { sender: ':1.1', uid: 990, interactive: false, authorize: async () => false };

export const people: readonly Account[] = [
  person('root', 0, '/bin/bash'),
  person('daemon', 1, '/usr/sbin/nologin'),
  person('tshub', 990, '/usr/sbin/nologin'),
  person('ada', 1000, '/bin/bash'),
  person('bob', 1001, '/bin/bash'),
  person('guest-real', 1002, '/bin/bash'),
];

function person(name: string, uid: number, shell: string): Account {
  return { name, uid, gid: uid, gecos: '', home: `/home/${name}`, shell, groups: [{ gid: uid, name }] };
}

/** What hubd sends for a server. */
export function environmentFor(user: string, server = ''): Record<string, string> {
  const prefix = serverPrefix(user, server);
  return {
    JUPYTERHUB_API_TOKEN: 'token-0123456789abcdef',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/hub/api',
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: serverClientId(user, server),
    JUPYTERHUB_OAUTH_CALLBACK_URL: `${prefix}oauth_callback`,
    JUPYTERHUB_SERVER_NAME: server,
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_USER: user,
  };
}

/** What outlives a spawnerd: files, units, accounts. */
export interface Host {
  readonly secrets: Map<string, string>;
  readonly units: Map<string, Unit>;
  readonly accounts: Account[];
}

export function makeHost(files: readonly (readonly [string, string])[] = []): Host {
  return { secrets: new Map(files), units: new Map(), accounts: [...people] };
}

function withGates<T extends object>(object: T, gates: Gates | undefined): T {
  if (gates === undefined) return object;
  const held = Object.entries(object as Record<string, unknown>).map(([name, work]) => {
    if (typeof work !== 'function' || name === 'rootOnly') return [name, work];
    return [name, (...args: unknown[]) => gates.pass(name, () => (work as (...all: unknown[]) => unknown)(...args))];
  });
  return Object.fromEntries(held) as T;
}

type Methods = Implementation<typeof spawner1>['methods'];

/** spawnerd's own composition in process, with a pretended service manager, file system and name service. */
export async function spawnerForTest(
  options: {
    spawner?: Record<string, unknown>;
    profiles?: readonly Record<string, unknown>[];
    login?: Record<string, unknown>;
    services?: Record<string, unknown>;
    sights?: Record<string, Sight>;
    /** A host that was there before; a new one if left out. */
    host?: Host;
    /** Places where this spawnerd waits, or is killed. */
    gates?: Gates;
  } = {},
) {
  const { spawner: own = {}, profiles = [], login = {}, services = {} } = options;
  const settings: Settings = schema.parse({ spawner: own, profiles, login, services });
  const steps: Step[] = [];
  const logged: string[] = [];
  const timers: (() => void)[] = [];
  const { secrets, units, accounts } = options.host ?? makeHost([['/run/tshub-spawnerd/stale.env', 'X="y"']]);
  const plan: Plan = {};
  const gated = <T extends object>(object: T): T => withGates(object, options.gates);
  let served: Implementation<typeof spawner1> | undefined;
  let idle = 0;
  let picked = 0;

  const files: Files = {
    writeSecret: async (path, text) => {
      steps.push(['write', path]);
      secrets.set(path, text);
    },
    read: async (path) => secrets.get(path) ?? null,
    writeNew: async (path, text) => {
      if (secrets.has(path)) return false;
      steps.push(['write', path]);
      secrets.set(path, text);
      return true;
    },
    rootOnly: (path) => (path.startsWith('/etc/tshub/') ? null : `${path} does not belong to root`),
    remove: async (path) => {
      if (secrets.delete(path)) steps.push(['remove', path]);
    },
    list: async (folder) =>
      [...secrets.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    look: async (path) => options.sights?.[path] ?? 'there',
    lookExecutable: async (path) => options.sights?.[path] ?? (path.startsWith('/usr/bin/') ? 'there' : 'missing'),
  };

  const systemd1 = fakeSystemd1(
    units,
    plan,
    steps,
    (login) => void accounts.push(person(login, 1500, '/bin/bash')),
    (login) => {
      const guest = JSON.parse(secrets.get(`/run/userdb/${login}.user`) ?? '{}') as { uid?: number };
      return accounts.find(({ name }) => name === login)?.uid ?? guest.uid ?? 61_234;
    },
  );
  const spawner = await startSpawner({
    bus: {
      serve: (_, implementation) => void (served = implementation as unknown as Implementation<typeof spawner1>),
      own: async (name) => void steps.push(['own', name]),
      raw: async ({ member }) => {
        steps.push([member, 'org.tshub.Spawner1']);
        return [1];
      },
    },
    systemd1: gated(systemd1),
    settings: () => settings,
    accounts: {
      bareUserByName: async (name) => accounts.find((account) => account.name === name) ?? null,
      userByName: async (name) => accounts.find((account) => account.name === name) ?? null,
      userByUid: async (uid) => accounts.find((account) => account.uid === uid) ?? null,
    },
    files: gated(files),
    journalctl: async () => '',
    clock: {
      now: () => 0,
      after: (_, call) => (timers.push(call), () => void timers.splice(timers.indexOf(call) >>> 0, 1)),
    },
    random: (below) => (picked = (picked + 7) % below),
    log: makeLog({ name: 'test', journal: false, output: { write: (line: string) => void logged.push(line) } }),
    onIdle: () => idle++,
  });
  if (!served) throw new Error('startSpawner served nothing');
  const { methods }: { methods: Methods } = served;
  return {
    spawner,
    methods,
    steps,
    logged,
    secrets,
    units,
    plan,
    idleCalls: () => idle,
    passTime: () => timers.splice(0).forEach((call) => call()),
    start: async (user = 'ada', server = '', environment = environmentFor(user, server)) =>
      (await methods.Start(me, user, server, '', {}, environment)) as unknown as UnitStatus,
    startProfile: async (profile: string, chosen: Record<string, string> = {}, user = 'ada') =>
      (await methods.Start(me, user, '', profile, chosen, environmentFor(user))) as unknown as UnitStatus,
    stop: (user = 'ada', server = '') => methods.Stop(me, user, server),
    ask: <M extends keyof Methods>(
      method: M,
      ...args: Parameters<Methods[M]> extends [unknown, ...infer A] ? A : never
    ) => (methods[method] as (...all: unknown[]) => Promise<unknown>)(me, ...args),
  };
}

function running(properties: ReadonlyMap<string, unknown>, uidOf: (login: string) => number): UnitFacts {
  const user = String(properties.get('User'));
  const uid = uidOf(user);
  return readUnitFacts({
    ActiveState: 'active',
    SubState: 'running',
    Result: 'success',
    UID: uid,
    User: user,
    InvocationID: new Uint8Array(16).fill(7),
    DynamicUser: properties.get('DynamicUser') === true,
    WorkingDirectory: properties.get('WorkingDirectory'),
    LogExtraFields: properties.get('LogExtraFields'),
    ReadOnlyPaths: properties.get('ReadOnlyPaths'),
    ExecStart: [['/usr/bin/jupyterhub-singleuser']],
  });
}

function fakeSystemd1(
  units: Map<string, Unit>,
  plan: Plan,
  steps: Step[],
  useradd: (login: string) => void,
  uidOf: (login: string) => number,
): Systemd1 {
  const open = new Map<string, (result: string) => void>();
  const settleStart = (unit: string, result: string) => open.get(`/job/start/${unit}`)?.(result);
  return {
    startTransientUnit: async (unit, properties, others = []) => {
      steps.push(['StartTransientUnit', unit]);
      if (plan.startError) throw plan.startError;
      const map = new Map(properties.map(([name, , value]) => [name, value]));
      const [[program, argv]] = map.get('ExecStartEx') as [[string, string[]]];
      if (program === '/usr/sbin/useradd') {
        useradd(argv.at(-1) ?? '');
        return `/job/start/${unit}`;
      }
      if (plan.facts !== null) units.set(unit, { facts: { ...running(map, uidOf), ...plan.facts }, properties: map });
      for (const [other, its] of others)
        units.set(other, {
          facts: running(map, uidOf),
          properties: new Map(its.map(([name, , value]) => [name, value])),
        });
      return `/job/start/${unit}`;
    },
    setUnitProperties: async (unit, properties) =>
      void steps.push([
        'SetUnitProperties',
        [unit, ...properties.map(([name, , value]) => `${name}=${String(value)}`)].join(' '),
      ]),
    stopUnit: async (unit) => {
      const found = units.get(unit);
      if (!found) return null;
      steps.push(['StopUnit', unit]);
      if (plan.stopNeverEnds) return '/job/never';
      settleStart(unit, 'canceled');
      if (found.facts.activeState !== 'failed') units.delete(unit);
      return `/job/stop/${unit}`;
    },
    killUnit: async (unit) => void steps.push(['KillUnit', unit]),
    resetFailedUnit: async (unit) => {
      steps.push(['ResetFailedUnit', unit]);
      if (units.get(unit)?.facts.activeState === 'failed') units.delete(unit);
    },
    jobResult: (job) => {
      steps.push(['job', job]);
      if (job === '/job/never') return Promise.resolve('no-answer');
      if (job.startsWith('/job/stop/')) return Promise.resolve('done');
      if (plan.hangs) return new Promise((resolve) => open.set(job, resolve));
      return Promise.resolve(plan.jobResult ?? 'done');
    },
    listServerUnits: async () => [...units.keys()].filter((unit) => !unit.startsWith('tshub-service-')),
    listServiceUnits: async () => [...units.keys()].filter((unit) => unit.startsWith('tshub-service-')),
    unitNow: async (unit) => units.get(unit)?.facts ?? readUnitFacts({ ActiveState: 'inactive' }),
    stopTimeoutMs: async (unit) => units.get(unit)?.facts.stopTimeoutMs ?? 0,
    unitFacts: async (unit) => units.get(unit)?.facts ?? null,
  };
}
