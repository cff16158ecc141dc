import {
  type ArgumentsOf,
  type ResultOf,
  serverUnit,
  type spawner1,
  TshubError,
  type UnitStatus,
} from '@tshub/contract';
import { type Journalctl, readLog } from './launch/log.ts';
import { type NewLimits, parseLimits, setLimits } from './launch/set-limits.ts';
import { isRunning, listServers, statusOf, toWire } from './launch/status.ts';
import { clear, stop } from './launch/stop.ts';
import { describeServer, type Gate } from './limits.ts';
import { parseServerName, type ServerName } from './request.ts';
import { listServices, parseService, type ServicesParts, startService, stopService } from './services/services.ts';
import { parseStart, start, type StartParts } from './start.ts';

type Methods = typeof spawner1.methods;
export type VerbName = keyof Methods;
/** A request of this verb, from raw arguments to answer. */
export type Verb<V extends VerbName> = (...args: ArgumentsOf<Methods[V]['in']>) => Promise<ResultOf<Methods[V]['out']>>;
export type Verbs = { readonly [V in VerbName]: Verb<V> };

export interface VerbParts extends StartParts, ServicesParts {
  readonly journalctl: Journalctl;
  /** Lets a few requests through at once. */
  readonly logGate: Gate;
}

/** All that this process does for anybody: input check, then function. Who may ask is in the contract, and the bus package asks the bus for the caller's uid first. */
export function verbs(parts: VerbParts): Verbs {
  const { systemd1, journalctl, logGate } = parts;
  return {
    Forget: verb(parseServerName, (name) => forget(parts, name)),
    List: verb(nothing, async () => (await listServers(systemd1)).map(toWire)),
    ListServices: verb(nothing, () => listServices(parts)),
    Log: verb(parseLog, ({ name, count, since }) => logGate(() => readLog(journalctl, name, count, since))),
    SetLimits: verb(parseSetLimits, ({ name, limits }) => setLimits(parts, name, limits)),
    Show: verb(parseServerName, async (name) => toWire(await show(parts, name))),
    Start: verb(parseStart, async (request) => toWire(await start(parts, request))),
    StartService: verb(parseService, (name) => startService(parts, name)),
    Stop: verb(parseServerName, (name) => stopServer(parts, name)),
    StopService: verb(parseService, (name) => stopService(parts, name)),
  };
}

function verb<A extends readonly unknown[], I, O>(
  parse: (...args: A) => I,
  run: (input: I) => Promise<O>,
): (...args: A) => Promise<O> {
  return async (...args) => run(parse(...args));
}

function nothing(): void {}

function parseSetLimits(
  user: string,
  server: string,
  limits: Readonly<Record<string, bigint>>,
): { name: ServerName; limits: NewLimits } {
  return { name: parseServerName(user, server), limits: parseLimits(limits) };
}

function parseLog(
  user: string,
  server: string,
  count: number,
  sinceMs: bigint,
): { name: ServerName; count: number; since: number } {
  // A time beyond what a number can hold is a time that has not come.
  return { name: parseServerName(user, server), count, since: Math.min(Number(sinceMs), 4e12) };
}

function unitOf({ user, server }: ServerName): string {
  return serverUnit(user, server);
}

async function show({ systemd1, failures }: VerbParts, name: ServerName): Promise<UnitStatus> {
  const status = statusOf(name, await systemd1.unitFacts(unitOf(name)));
  return status.invocation === '' ? { ...status, detail: failures.of(unitOf(name)) } : status;
}

async function forget({ systemd1 }: VerbParts, name: ServerName): Promise<void> {
  const facts = await systemd1.unitFacts(unitOf(name));
  if (facts && isRunning(facts)) throw new TshubError('already_running', { server: describeServer(name) });
  if (facts) await clear(systemd1, unitOf(name));
}

async function stopServer(parts: VerbParts, name: ServerName): Promise<void> {
  await stop(parts, name);
  parts.log.info({ ...name, unit: unitOf(name) }, `Stopped ${unitOf(name)}`);
}
