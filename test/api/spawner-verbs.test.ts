import { expect, test } from 'vitest';
import { spawnerForTest } from '../support/spawner-for-test.ts';

const unit = 'tshub-server-ada.service';

test('stopping what is not there is fine, and touches nothing', async () => {
  const { stop, steps } = await spawnerForTest();
  steps.length = 0;
  await stop();
  expect(steps).toEqual([]);
});

test('a stop waits for the job and leaves no unit', async () => {
  const { start, stop, steps, units } = await spawnerForTest();
  await start();
  steps.length = 0;
  await stop();
  expect(steps).toEqual([
    ['StopUnit', unit],
    ['job', `/job/stop/${unit}`],
  ]);
  expect(units.size).toBe(0);
});

test('a server that does not die is killed, and said to be alive if it still is', async () => {
  const { start, stop, plan, steps } = await spawnerForTest();
  await start();
  plan.stopNeverEnds = true;
  await expect(stop()).rejects.toThrow("ada's server does not stop: tshub-server-ada.service is active (running)");
  expect(steps).toContainEqual(['KillUnit', unit]);
});

test('a failed unit can be read until it is forgotten', async () => {
  const { start, ask, units } = await spawnerForTest();
  await start();
  const found = units.get(unit);
  if (found)
    found.facts = { ...found.facts, activeState: 'failed', result: 'exit-code', exitCode: 1, exitStatus: 3, uid: 1000 };
  expect(await ask('Show', 'ada', '')).toMatchObject({ active: 'failed', reason: 'exited with code 3', uid: -1 });
  await ask('Forget', 'ada', '');
  expect(await ask('Show', 'ada', '')).toMatchObject({ active: 'inactive', reason: '', uid: -1 });
});

test('what runs cannot be forgotten', async () => {
  const { start, ask } = await spawnerForTest();
  await start();
  await expect(ask('Forget', 'ada', '')).rejects.toMatchObject({ code: 'already_running' });
});

test('a list has the units that are ours, and leaves out what only looks like it', async () => {
  const { start, ask, units } = await spawnerForTest();
  await start();
  const [ours] = units.values();
  if (!ours) throw new Error('the unit is missing');
  for (const name of ['tshub-server-a-b-c.service', 'tshub-server-\\x61da.service', 'tshub-server-.service'])
    units.set(name, ours);
  expect(await ask('List')).toEqual([expect.objectContaining({ user: 'ada', unit })]);
});

test('after a while without requests the name is given back, and only then the process ends', async () => {
  const { passTime, steps, idleCalls } = await spawnerForTest();
  steps.length = 0;
  passTime();
  expect(idleCalls()).toBe(0);
  await new Promise(setImmediate);
  expect(steps).toEqual([['ReleaseName', 'org.tshub.Spawner1']]);
  expect(idleCalls()).toBe(1);
});

test('a request under way is answered before the process ends', async () => {
  const { start, stop, plan, spawner, steps } = await spawnerForTest();
  plan.hangs = true;
  const request = start();
  while (!steps.some(([what]) => what === 'job')) await new Promise(setImmediate);
  let stopped = false;
  const ending = spawner.stop().then(() => (stopped = true));
  await new Promise(setImmediate);
  expect(stopped).toBe(false);
  await stop();
  await expect(request).rejects.toThrow('cancelled');
  await ending;
});

test('how a start failed is told to administrators afterwards too, when its unit is gone', async () => {
  const { start, ask, plan } = await spawnerForTest();
  plan.jobResult = 'failed';
  plan.facts = { activeState: 'failed', result: 'exit-code', exitCode: 1, exitStatus: 203, uid: null };
  await expect(start()).rejects.toMatchObject({ code: 'spawn_failed' });
  expect(await ask('Show', 'ada', '')).toMatchObject({
    active: 'inactive',
    detail: expect.stringMatching(/^tshub-server-ada\.service: its start job ended as "failed"; .*203\/EXEC/),
  });
  delete plan.jobResult;
  delete plan.facts;
  await start();
  expect(await ask('Show', 'ada', '')).toMatchObject({ active: 'active', detail: '' });
});
