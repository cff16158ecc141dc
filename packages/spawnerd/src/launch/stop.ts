import { serverUnit, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { describeServer } from '../limits.ts';
import type { ServerName } from '../request.ts';
import type { Systemd1 } from '../systemd1.ts';
import { isRunning } from './status.ts';

export interface StopParts {
  readonly systemd1: Systemd1;
  readonly log: Log;
}

/** Milliseconds beyond the unit's own time-out until we no longer count on PID 1 to kill it. */
const margin = 5000;

/** Stops a server and clears its unit; one that is not there is fine. Throws spawn_failed when its processes do not die. */
export async function stop({ systemd1, log }: StopParts, name: ServerName): Promise<void> {
  const unit = serverUnit(name.user, name.server);
  const job = await systemd1.stopUnit(unit);
  if (job === null) return;
  const timeoutMs = await systemd1.stopTimeoutMs(unit);
  const result = await systemd1.jobResult(job, timeoutMs + margin);
  if (result === 'no-answer') {
    log.warn({ ...name, unit }, `${unit} did not stop within ${timeoutMs / 1000} seconds; killing it`);
    await systemd1.killUnit(unit);
    await systemd1.jobResult(job, margin);
  }
  const facts = await systemd1.unitFacts(unit);
  if (facts && isRunning(facts)) {
    throw new TshubError('spawn_failed', {
      problem: `${describeServer(name)} does not stop: ${unit} is ${facts.activeState} (${facts.subState})`,
    });
  }
  if (facts) await clear(systemd1, unit);
}

/** Frees the name of a unit that does not run: kills what it left behind, which would keep it loaded, and forgets how it ended. */
export async function clear(systemd1: Systemd1, unit: string): Promise<void> {
  await systemd1.killUnit(unit);
  await systemd1.resetFailedUnit(unit);
}
