import { randomInt } from 'node:crypto';
import { connectBus } from '@tshub/bus';
import { settingsReader } from '@tshub/config';
import { run } from '@tshub/daemon';
import { bareUserByName, setDumpable, userByName, userByUid } from '@tshub/native';
import { systemClock } from './clock.ts';
import { currentSettings } from './current-settings.ts';
import { systemFiles } from './files.ts';
import { systemJournalctl } from './journalctl.ts';
import { startSpawner } from './spawner.ts';
import { connectSystemd1 } from './systemd1.ts';

await run({
  name: 'tshub-spawnerd',
  start: async (life) => {
    // Tokens of servers pass through here: no core file, no debugger.
    setDumpable(false);
    const read = settingsReader({ rootOwned: true });
    const settings = currentSettings(() => {
      const loaded = read();
      life.log.level = loaded.logging.level;
      return loaded;
    }, life.log);
    const bus = await connectBus();
    life.onStop(() => bus.close(), 'bus');
    void bus.lost.then((error) => life.fail(error));
    const spawner = await startSpawner({
      bus,
      systemd1: await connectSystemd1(bus, systemClock),
      settings,
      accounts: { bareUserByName, userByName, userByUid },
      files: systemFiles,
      journalctl: systemJournalctl,
      clock: systemClock,
      random: (below) => randomInt(below),
      log: life.log,
      onIdle: life.stop,
    });
    life.onStop(spawner.stop, 'requests under way');
    life.ready('Waiting for the hub');
  },
});
