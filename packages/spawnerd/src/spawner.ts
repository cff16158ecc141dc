import { type Bus, dbusDaemon } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import { spawner1, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { watchActivity } from './activity.ts';
import { makeCensus } from './census.ts';
import type { Clock } from './clock.ts';
import type { Files } from './files.ts';
import { removeStaleEnvFiles } from './launch/env-file.ts';
import { removeStaleGuests } from './guests.ts';
import { makeFailures } from './launch/failures.ts';
import type { Journalctl } from './launch/log.ts';
import { makeGate, makeQueue, makeStartLimits } from './limits.ts';
import type { Accounts } from './permit.ts';
import { makePorts } from './ports.ts';
import { spawner1Object } from './spawner1.ts';
import type { Systemd1 } from './systemd1.ts';
import { verbs } from './verbs.ts';

export interface SpawnerParts {
  readonly bus: Pick<Bus, 'serve' | 'own' | 'raw'>;
  readonly systemd1: Systemd1;
  readonly settings: () => Settings;
  readonly accounts: Accounts;
  readonly files: Files;
  readonly journalctl: Journalctl;
  readonly clock: Clock;
  /** A whole number below its argument, that nobody can foresee. */
  readonly random: (below: number) => number;
  readonly log: Log;
  /** Nothing was asked for a while, the name was given back, and every request is answered: end the process. */
  readonly onIdle: () => void;
}

export interface Spawner {
  /** Settles when the requests under way are answered. */
  readonly stop: () => Promise<void>;
}

const idleMs = 60_000;
const logsAtOnce = 8;

/** Puts the closed table of verbs on the bus. The bus starts the process again when it is next needed. */
export async function startSpawner(parts: SpawnerParts): Promise<Spawner> {
  const { bus, clock, log, files, accounts } = parts;
  await removeStaleEnvFiles(files);
  await removeStaleGuests(parts);
  const limits = makeStartLimits(clock);
  const table = verbs({
    ...parts,
    limits,
    failures: makeFailures(),
    census: makeCensus(parts.systemd1, limits),
    oneByOne: makeQueue(),
    servicesOneByOne: makeQueue(),
    ports: makePorts(parts.random),
    logGate: makeGate(logsAtOnce, 'logs are being read'),
  });
  const activity = watchActivity(clock, idleMs, () => {
    giveNameBack(bus)
      .then(activity.drained)
      .then(parts.onIdle, (error: unknown) => {
        // systemd ends a Type=dbus service that has given its name back, sometimes before the bus has answered.
        log.debug({ error }, 'the bus did not confirm that the name was given back; ending all the same');
        parts.onIdle();
      });
  });
  bus.serve(spawner1, spawner1Object(table, activity, log), {
    accountUid: (account) => uidOf(accounts, account),
    onRefused: ({ uid, member }) =>
      log.warn({ event: 'spawn-refused', uid }, `Refused ${member} for uid ${uid}: only the hub may ask`),
    onBug: (error, id) =>
      log.error({ event: 'request-failed', id, error }, `A request failed inside spawnerd (id ${id})`),
  });
  await bus.own(spawner1.busName);
  return {
    stop: async () => {
      activity.stop();
      await activity.drained();
    },
  };
}

// Requests that come after this start a new process; those before it have arrived when it is answered.
async function giveNameBack(bus: SpawnerParts['bus']): Promise<void> {
  const { busName: destination, path, name } = dbusDaemon;
  await bus.raw({
    destination,
    path,
    interface: name,
    member: 'ReleaseName',
    signature: 's',
    body: [spawner1.busName],
  });
}

async function uidOf(accounts: Accounts, name: string): Promise<number> {
  const account = await accounts.userByName(name);
  if (!account) throw new TshubError('forbidden', { problem: `there is no account ${name} on this host` });
  return account.uid;
}
