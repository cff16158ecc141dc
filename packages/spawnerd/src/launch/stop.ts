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

/** Stops a server and clears its unit; one that is not there is fine. `stopTimeout` is in seconds. Throws spawn_failed when its processes do not die. */
export async function stop({ systemd1, log }: StopParts, name: ServerName, stopTimeout: number): Promise<void> {
  const unit = serverUnit(name.user, name.server);
  const job = await systemd1.stopUnit(unit);
  if (job === null) return;
  const result = await systemd1.jobResult(job, stopTimeout * 1000 + margin);
  if (result === 'no-answer') {
    log.warn({ ...name, unit }, `${unit} did not stop within ${stopTimeout} seconds; killing it`);
    await systemd1.killUnit(unit);
    await systemd1.jobResult(job, margin);
  }
  const facts = await systemd1.unitFacts(unit);
  if (facts && isRunning(facts)) {
    throw new TshubError('spawn_failed', {
      problem: `${describeServer(name)} does not stop: ${unit} is ${facts.activeState} (${facts.subState})`,
    });
  }
  // How it ended no longer matters, and a failed unit would block its name.
  if (facts) await systemd1.resetFailedUnit(unit);
}
