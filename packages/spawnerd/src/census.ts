import { TshubError } from '@tshub/contract';
import { isRunning } from './launch/status.ts';
import type { StartLimits } from './limits.ts';
import type { Systemd1 } from './systemd1.ts';

/** Knows how many servers there are at most, without asking each time: only this process starts any. */
export interface Census {
  /** Lets this unit in; throws server_limit when as many others run. */
  readonly requireRoom: (unit: string, most: number) => Promise<void>;
}

export function makeCensus(
  systemd1: Pick<Systemd1, 'listServerUnits' | 'unitFacts'>,
  limits: Pick<StartLimits, 'underWay'>,
): Census {
  /** Every unit that may be loaded, and some that have ended since. */
  let known: Set<string> | null = null;
  const look = async (): Promise<Set<string>> => new Set([...(await systemd1.listServerUnits()), ...limits.underWay()]);
  return {
    async requireRoom(unit, most) {
      known ??= await look();
      if (known.size - Number(known.has(unit)) >= most) known = await onlyRunning(systemd1, limits, await look());
      if (known.size - Number(known.has(unit)) >= most)
        throw new TshubError('server_limit', {
          problem: `${most} servers are running, which is max_servers of this host`,
        });
      known.add(unit);
    },
  };
}

async function onlyRunning(
  systemd1: Pick<Systemd1, 'unitFacts'>,
  limits: Pick<StartLimits, 'underWay'>,
  units: ReadonlySet<string>,
): Promise<Set<string>> {
  const found = await Promise.all(
    [...units].map(async (unit) => {
      const facts = limits.underWay().has(unit) ? null : await systemd1.unitFacts(unit);
      return limits.underWay().has(unit) || (facts !== null && isRunning(facts)) ? [unit] : [];
    }),
  );
  return new Set(found.flat());
}
