import type { BusCaller, Implementation } from '@tshub/bus';
import { spawner1, TshubError, version } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Activity } from './activity.ts';
import { quote } from './request.ts';
import type { VerbName, Verbs } from './verbs.ts';

/** The verbs on the bus: each request counts as activity, and each refusal is written down here rather than by the hub, which may be the one refused. */
export function spawner1Object(verbs: Verbs, activity: Activity, log: Log): Implementation<typeof spawner1> {
  const served = (verb: VerbName) => {
    const run = verbs[verb] as (...args: readonly unknown[]) => Promise<unknown>;
    return (caller: BusCaller, ...args: readonly unknown[]) =>
      activity.during(() => writingRefusals(log, verb, caller, args, () => run(...args)));
  };
  const names = Object.keys(spawner1.methods) as VerbName[];
  const methods = Object.fromEntries(names.map((name) => [name, served(name)])) as unknown as Implementation<
    typeof spawner1
  >['methods'];
  return { methods, properties: { Version: () => version } };
}

async function writingRefusals<T>(
  log: Log,
  verb: VerbName,
  caller: BusCaller,
  args: readonly unknown[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TshubError) writeDown(log, verb, caller, args, error);
    throw error;
  }
}

const refusals: ReadonlySet<string> = new Set(['spawn_refused', 'too_many_requests', 'server_limit']);

function writeDown(log: Log, verb: VerbName, caller: BusCaller, args: readonly unknown[], error: TshubError): void {
  const who = `${quote(String(args[0] ?? ''))} ${quote(String(args[1] ?? ''))}`;
  if (refusals.has(error.code)) {
    log.warn(
      { event: 'spawn-refused', reason: error.message, uid: caller.uid },
      `Refused ${verb} of ${who} for uid ${caller.uid}: ${error.message}`,
    );
  } else if (error.code === 'spawn_failed') {
    log.warn({ reason: error.message, error: error.cause }, `${verb} of ${who} failed: ${error.message}`);
  }
}
