import { connectBus } from '@tshub/bus';
import { loadSettings } from '@tshub/config';
import { culler1, hub1 } from '@tshub/contract';
import { run } from '@tshub/daemon';
import { makeClock } from './clock.ts';
import { CpuWatch } from './cpu.ts';
import { makeCuller } from './culler.ts';
import { serveCuller } from './culler1.ts';
import { memoryPressure } from './memory-pressure.ts';
import { startRounds } from './rounds.ts';
import { secondsToNextRound } from './schedule.ts';
import { watchHub } from './watch-hub.ts';

/** A stop takes as long as the unit needs to end, and is killed after its own timeout. */
const stopTimeoutMs = 180_000;

/** The kernel's accounting, open to everybody. */
const cgroups = '/sys/fs/cgroup';
/** As long as the kernel's average goes back. */
const pressureEveryMs = 10_000;

await run({
  name: 'tshub-cullerd',
  start: async (life) => {
    const { log } = life;
    let settings = loadSettings();
    log.level = settings.logging.level;

    const bus = await connectBus({ onProblem: (sentence, error) => log.warn({ error }, sentence) });
    life.onStop(() => bus.close(), 'bus');
    void bus.lost.then((error) => life.fail(error));

    const hub = bus.calls(hub1, { timeoutMs: stopTimeoutMs });
    const clock = makeClock(
      Date.now,
      () => performance.now(),
      (seconds) =>
        log.warn(`the clock of this host jumped by ${Math.round(seconds)} s; that is not taken for idle time`),
    );
    const slice = (): string => settings.spawner.slice;
    const cpu = new CpuWatch({ root: cgroups, slice, now: clock.now, steady: () => performance.now() });
    const pressure = () => memoryPressure(cgroups, slice());
    const culler = makeCuller({ hub, settings: () => settings, clock, cpu, pressure, log });
    bus.serve(
      culler1,
      serveCuller(culler, () => settings),
      {
        // No method of ours is for one account only.
        accountUid: async () => 0,
        onBug: (error, id) =>
          log.error({ event: 'request-failed', error, id }, `a call over the bus failed inside (id ${id})`),
      },
    );
    await bus.own(culler1.busName);

    const rounds = startRounds({
      tick: culler.tick,
      secondsBetween: () => secondsToNextRound(settings.culler, culler.status().problem !== '', culler.due()),
    });
    life.onStop(() => rounds.stop(), 'round under way');
    // Those who waited for a round see their end within a moment.
    life.onStop(await watchHub(bus, hub, () => rounds.hurry(2)), 'the watch');
    const relief = setInterval(() => {
      const limit = settings.culler.memory_pressure;
      if (limit > 0) void pressure().then((now) => now !== null && now >= limit && rounds.hurry(0));
    }, pressureEveryMs);
    life.onStop(() => clearInterval(relief), 'the look at memory');
    life.onReload(() => {
      settings = loadSettings();
      log.level = settings.logging.level;
      log.info({ event: 'config-reloaded' }, 'settings were reloaded');
      rounds.reschedule();
    });
  },
});
