import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { machine, stopServer } from './support/suite.ts';

// The real one, killed by SIGKILL: while a start waits in each of its long steps, while a stop waits, and at moments of chance.

const unit = 'tshub-server-ada.service';
const hook = '/etc/tshub/slow-hook';
const deaf = '/opt/tshub-test/deaf';

const withProgram = (program: string, more = ''): Promise<void> =>
  withSettings(`[spawner]\ncommand = ["${program}", "unix:{socket}"]\nstop_timeout = 3\n${more}\n`);

beforeAll(async () => {
  await installWeb();
  await stopServer('ada');
});
afterAll(async () => {
  await stopServer('ada');
  await withoutSettings();
  await machine.sh(`rm -f ${hook} ${deaf}`);
});

const facts = () => machine.show(unit, 'ActiveState', 'SubState');
const kill = () =>
  machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'tshub-spawnerd'], { fails: true });
const begin = (verb: 'start' | 'stop') => machine.run(['tshubctl', 'server', verb, 'ada'], { fails: true });

interface Shown {
  readonly ready: boolean;
  readonly pending: string | null;
}

async function settled(): Promise<Shown> {
  return eventually('nothing is pending', async () => {
    const { out } = await machine.run(['tshubctl', 'server', 'show', 'ada', '--json'], { fails: true });
    if (!out.startsWith('{')) return undefined;
    const { server } = JSON.parse(out) as { server: Shown };
    return server.pending === null && server;
  });
}

/** No unit without a server, no server without a unit, no secret beside a start. */
async function expectWhole(): Promise<void> {
  const { ready } = await settled();
  await eventually('the unit is as the hub says', async () => ((await facts())['ActiveState'] === 'active') === ready);
  await eventually(
    'no environment file is left',
    async () =>
      (await machine.sh(
        'busctl call org.tshub.Spawner1 /org/tshub/Spawner1 org.tshub.Spawner1 List >/dev/null; ls /run/tshub-spawnerd | grep -c env || true',
      )) === '0',
  );
  if (!ready) expect(await machine.sh('ls /run/tshub-servers | wc -l')).toBe('0');
}

test('killed while a start waits for a hook of root', async () => {
  await machine.write(hook, '#!/bin/sh\nsleep 4\n', '0755');
  await withProgram(web, `pre_start = ["${hook}"]`);
  const started = begin('start');
  await eventually('the hook runs', async () => (await facts())['SubState'] === 'start-pre');
  await kill();
  await started;
  await expectWhole();
});

test('killed while a stop waits for a program that does not hear', async () => {
  await machine.write(deaf, `#!/bin/sh\ntrap '' INT TERM\n${web} "$@"\n`, '0755');
  await withProgram(deaf);
  await begin('start');
  expect((await settled()).ready).toBe(true);
  const stopped = begin('stop');
  await eventually('it is being stopped', async () => (await facts())['ActiveState'] === 'deactivating');
  await kill();
  await stopped;
  await begin('stop');
  expect((await settled()).ready).toBe(false);
  await expectWhole();
});

test('killed at moments of chance, a start comes through or leaves nothing, and the next one goes well', async () => {
  await withProgram(web);
  for (let round = 0; round < 6; round++) {
    const started = begin('start');
    await machine.sh(`sleep 0.${String(round * 12 + 5).padStart(3, '0')}`);
    await kill();
    await started;
    await expectWhole();
    await begin('stop');
    await expectWhole();
  }
  await begin('start');
  expect((await settled()).ready).toBe(true);
});
