import { type Bench, compare, type Measure } from './frame.ts';
import {
  bareLoop,
  type Batch,
  bootMachine,
  jupyterhub,
  serverCount,
  type SpawnerContestant,
  tshub,
} from './spawner-contestants.ts';

/** A batch tells several figures: the first measure runs them, the others read what it noted. */
function measures(): ReadonlyArray<Measure<SpawnerContestant>> {
  const batches = new Map<SpawnerContestant, Batch[]>();
  const noted = (figure: keyof Batch) => {
    const told = new Map<SpawnerContestant, number>();
    return (one: SpawnerContestant): Promise<number | null> => {
      const at = told.get(one) ?? 0;
      told.set(one, at + 1);
      const value = batches.get(one)?.[at]?.[figure] ?? Number.NaN;
      return Promise.resolve(Number.isNaN(value) ? null : value);
    };
  };
  const all = () => true;
  return [
    {
      name: `${serverCount} servers started at once, until the last is ready`,
      unit: 's',
      of: all,
      async sample(one) {
        const batch = await one.batch();
        batches.set(one, [...(batches.get(one) ?? []), batch]);
        return batch.seconds;
      },
    },
    { name: '… hub and spawner, for each', unit: 'ms of CPU', of: all, sample: noted('hubMs') },
    { name: '… proxy, for each', unit: 'ms of CPU', of: all, sample: noted('proxyMs') },
    {
      name: 'from when a slow server listens until its start is answered',
      unit: 'ms',
      of: all,
      sample: (one) => one.notice(),
    },
  ];
}

export const spawner: Bench = {
  name: 'spawner',
  says: `${serverCount} servers started at once in a booted machine, beside JupyterHub and a bare loop: time, CPU, readiness`,
  async run(options) {
    const machine = await bootMachine();
    try {
      const contestants = [await tshub(machine), await jupyterhub(machine), await bareLoop(machine)];
      await compare(contestants, measures(), options);
    } finally {
      if (process.env['TSHUB_KEEP_MACHINE'] === undefined) await machine.stop();
    }
  },
};
