import { BusError } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import { serverUnit, TshubError, type UnitStatus } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Files } from '../files.ts';
import { guestFiles } from '../guests.ts';
import { describeServer } from '../limits.ts';
import type { ServerName } from '../request.ts';
import type { Systemd1 } from '../systemd1.ts';
import type { UnitFacts } from '../unit-facts.ts';
import { resolveProgram } from './command.ts';
import { withEnvFile } from './env-file.ts';
import { serverEnvironment, type Variables } from './environment.ts';
import type { Failures } from './failures.ts';
import { reasonFor } from './reason.ts';
import type { RunAs } from './run-as.ts';
import { detailOf, isRunning, startedStatus } from './status.ts';
import { clear, stop } from './stop.ts';
import { guestHelpers } from './unit-guest.ts';
import { unitProperties } from './unit-properties.ts';

export interface LaunchParts {
  readonly systemd1: Systemd1;
  readonly failures: Failures;
  readonly files: Files;
  readonly log: Log;
}

/** A start that passed every check. */
export interface Launch {
  readonly name: ServerName;
  readonly runAs: RunAs;
  readonly given: Variables;
  /** The name of the profile that was chosen, or ''. */
  readonly profile: string;
  /** What holds for this server, with all that lies over [spawner]. */
  readonly settings: Settings['spawner'];
  /** null for a UNIX socket. */
  readonly port: number | null;
}

const unitExists = 'org.freedesktop.systemd1.UnitExists';
const endedAtOnce = 'the program ended at once, without an error';

/** Milliseconds beyond start_timeout, at which PID 1 itself gives up. */
const margin = 5000;

/**
 * Starts a server and returns when its program runs.
 * Throws already_running, or spawn_failed with the reason; nothing is left then: no unit, no process, no file.
 */
export async function launch(parts: LaunchParts, request: Launch): Promise<UnitStatus> {
  const { systemd1, files } = parts;
  const { name, runAs, given, profile, settings, port } = request;
  const unit = serverUnit(name.user, name.server);
  const program = await resolveProgram(files, settings);
  requireRootsHooks(files, settings);
  const variables = serverEnvironment(given, name, runAs, settings, port);
  await freeTheName(systemd1, name, unit);
  parts.failures.note(unit, '');
  return withEnvFile(files, name, variables, async (envFile) => {
    const path = variables['PATH'] ?? '';
    const plan = { name, runAs, program, envFile, path, port, profile, settings };
    const properties = unitProperties(plan);
    const records = runAs.kind === 'guest' && runAs.uid !== null ? guestFiles(runAs.login, runAs.uid) : [];
    const helpers = guestHelpers(runAs, name.user, records);
    try {
      return await startAndCheck(parts, request, unit, await systemd1.startTransientUnit(unit, properties, helpers));
    } catch (error) {
      await leaveNothing(parts, name);
      throw error instanceof BusError ? managerRefused(name, error) : error;
    }
  });
}

/** Throws spawn_failed for a hook that others than root could have written: it would be run as root. */
function requireRootsHooks(files: Files, { pre_start, post_stop }: Settings['spawner']): void {
  for (const hook of [...pre_start, ...post_stop]) {
    const problem = files.rootOnly(hook);
    if (problem !== null) throw new TshubError('spawn_failed', { problem: `the hook ${hook} is not run: ${problem}` });
  }
}

// A failed unit keeps its name until it is forgotten; what runs is never replaced.
export async function freeTheName(systemd1: Systemd1, name: ServerName, unit: string): Promise<void> {
  const facts = await systemd1.unitFacts(unit);
  if (!facts) return;
  if (isRunning(facts)) throw new TshubError('already_running', { server: describeServer(name) });
  await clear(systemd1, unit);
}

async function startAndCheck(
  { systemd1, files, failures }: LaunchParts,
  { name, runAs, settings, port }: Launch,
  unit: string,
  job: string,
): Promise<UnitStatus> {
  const result = await systemd1.jobResult(job, settings.start_timeout * 1000 + margin);
  const now = result === 'done' ? await systemd1.unitNow(unit) : null;
  if (now?.activeState === 'active') {
    requireUid(now.uid, runAs);
    return startedStatus(name, now, { port, dynamic: runAs.kind === 'dynamic' });
  }
  const facts = await systemd1.unitFacts(unit);
  failures.note(unit, detailOf(unit, facts, result));
  if (result !== 'done')
    throw failed(facts ? reasonFor(facts, { missing: await missingPaths(files, facts) }) : '', result, settings);
  // Gone or failed already: the program ran, and ended at once.
  if (!facts) throw failed(endedAtOnce, result, settings);
  throw failed(reasonFor(facts) || endedAtOnce, result, settings);
}

function requireUid(uid: number | null, runAs: RunAs): void {
  if (uid !== null && uid !== 0 && (runAs.kind === 'dynamic' || uid === runAs.uid)) return;
  throw new TshubError('spawn_failed', {
    problem: `the server runs as uid ${uid ?? 'unknown'} instead of ${runAs.login}; it was stopped`,
  });
}

function failed(reason: string, jobResult: string, settings: Settings['spawner']): TshubError {
  if (reason !== '') return new TshubError('spawn_failed', { problem: reason });
  const problems: Readonly<Record<string, string>> = {
    canceled: 'the start was cancelled',
    timeout: `did not start within ${settings.start_timeout} seconds`,
    'no-answer': `the service manager did not start it within ${settings.start_timeout} seconds`,
  };
  return new TshubError('spawn_failed', {
    problem: problems[jobResult] ?? `the service manager could not start it (${jobResult})`,
  });
}

function managerRefused(name: ServerName, error: BusError): TshubError {
  const unit = serverUnit(name.user, name.server);
  // Processes that were killed a moment ago; PID 1 drops the unit when the last one is gone.
  if (error.busName === unitExists) return new TshubError('pending', { server: describeServer(name), pending: 'stop' });
  return new TshubError(
    'spawn_failed',
    { problem: `the service manager refused ${unit}: ${error.message}` },
    { cause: error },
  );
}

async function missingPaths(files: Files, facts: UnitFacts): Promise<string[]> {
  const paths = [facts.program, facts.workingDirectory, ...facts.requiredPaths];
  const sights = await Promise.all(paths.map((path) => files.look(path)));
  return paths.filter((_, i) => sights[i] === 'missing');
}

async function leaveNothing(parts: LaunchParts, name: ServerName): Promise<void> {
  try {
    await stop(parts, name);
  } catch (error) {
    // The failure of the start is what the caller must hear.
    parts.log.warn(
      { ...name, error },
      `could not clear ${serverUnit(name.user, name.server)} after its start failed; going on`,
    );
  }
}
