import { BusError } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import {
  parseServiceUnit,
  serviceName,
  type ServiceStatus,
  serviceTokenFile,
  serviceUnit,
  TshubError,
} from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Files } from '../files.ts';
import { reasonFor } from '../launch/reason.ts';
import { isRunning } from '../launch/status.ts';
import { clear } from '../launch/stop.ts';
import { quote, refused } from '../request.ts';
import type { Systemd1 } from '../systemd1.ts';
import { definitionOf, serviceProperties, type ServiceSettings } from './service-unit.ts';

export interface ServicesParts {
  readonly systemd1: Systemd1;
  readonly files: Files;
  readonly settings: () => Settings;
  readonly log: Log;
  /** One change of services after the other. */
  readonly servicesOneByOne: <T>(work: () => Promise<T>) => Promise<T>;
}

const startTimeoutMs = 30_000;
const marginMs = 5000;

/** A name as it came over the bus; throws spawn_refused. */
export function parseService(name: string): string {
  if (!serviceName.test(name)) throw refused(`${quote(name)} is no name of a service`);
  return name;
}

/** Runs a service as root's settings say; one that does already is left alone. Throws spawn_refused without a command, or spawn_failed. */
export function startService(parts: ServicesParts, name: string): Promise<void> {
  return parts.servicesOneByOne(async () => {
    const { systemd1, log } = parts;
    const { services, hub: all } = parts.settings();
    const service = commandOf(services, name);
    if (service === null) throw refused(`the settings of root have no command for the service ${quote(name)}`);
    const hub = { cookie_host_prefix: all.cookie_host_prefix, public_url: all.public_url };
    const unit = serviceUnit(name);
    const facts = await systemd1.unitFacts(unit);
    if (facts && isRunning(facts) && facts.definition === definitionOf(service, hub)) return;
    if ((await parts.files.look(serviceTokenFile(name))) === 'missing')
      throw new TshubError('spawn_failed', {
        problem: `the service ${name} has no token: (umask 077; openssl rand -hex 32 >${serviceTokenFile(name)})`,
      });
    if (facts) await end(systemd1, unit);
    try {
      const properties = serviceProperties(name, service, hub);
      const job = await systemd1.startTransientUnit(unit, properties);
      const result = await systemd1.jobResult(job, startTimeoutMs);
      // Its unit stays: PID 1 tries again, and whoever looks sees why.
      if (result !== 'done') throw failed(name, reasonFor((await systemd1.unitFacts(unit)) ?? noFacts) || result);
    } catch (error) {
      throw error instanceof BusError ? failed(name, error.message, error) : error;
    }
    log.info({ event: 'service-started', service: name, unit }, `Started the service ${name} as ${unit}`);
  });
}

/** Stops what root's settings do not want any more; what they want is root's to stop, with systemctl. */
export function stopService(parts: ServicesParts, name: string): Promise<void> {
  return parts.servicesOneByOne(async () => {
    if (commandOf(parts.settings().services, name) !== null)
      throw refused(`the settings of root want the service ${quote(name)} to run`);
    const unit = serviceUnit(name);
    if ((await parts.systemd1.unitFacts(unit)) === null) return;
    await end(parts.systemd1, unit);
    parts.log.info({ event: 'service-stopped', service: name, unit }, `Stopped the service ${name}`);
  });
}

export async function listServices({ systemd1 }: Pick<ServicesParts, 'systemd1'>): Promise<ServiceStatus[]> {
  const found = await Promise.all(
    (await systemd1.listServiceUnits()).map(async (unit): Promise<ServiceStatus[]> => {
      const service = parseServiceUnit(unit);
      const facts = service === null ? null : await systemd1.unitFacts(unit);
      if (service === null || facts === null) return [];
      const { activeState, subState, result, exitCode, exitStatus, invocation, mainPid } = facts;
      const reason = reasonFor(facts);
      const what = { active: activeState, sub: subState, result, exitCode, exitStatus, invocation, reason };
      return [{ service, unit, ...what, pid: mainPid }];
    }),
  );
  return found.flat();
}

function commandOf(services: Settings['services'], name: string): ServiceSettings | null {
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  return service === undefined || service.command.length === 0 ? null : service;
}

async function end(systemd1: Systemd1, unit: string): Promise<void> {
  const job = await systemd1.stopUnit(unit);
  if (job !== null) await systemd1.jobResult(job, (await systemd1.stopTimeoutMs(unit)) + marginMs);
  if ((await systemd1.unitFacts(unit)) !== null) await clear(systemd1, unit);
}

const noFacts = {
  activeState: 'inactive',
  result: 'success',
  exitCode: 0,
  exitStatus: 0,
  preparation: null,
  program: '',
  user: '',
  workingDirectory: '',
  requiredPaths: [],
  startTimeoutMs: 0,
  memoryMax: undefined,
  memoryPeak: undefined,
} as const;

function failed(name: string, reason: string, cause?: unknown): TshubError {
  return new TshubError(
    'spawn_failed',
    { problem: `the service ${name} did not start: ${reason}; see: journalctl -u ${serviceUnit(name)}` },
    { cause },
  );
}
