import { expect, test } from 'vitest';
import { watchActivity } from './activity.ts';

function handClock() {
  const timers = new Set<() => void>();
  const after = (_: number, call: () => void) => {
    const timer = () => {
      timers.delete(timer);
      call();
    };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return { clock: { now: () => 0, after }, pass: () => [...timers].forEach((timer) => timer()) };
}

test('time without requests is idleness; a request under way is not', async () => {
  const { clock, pass } = handClock();
  let idle = 0;
  const activity = watchActivity(clock, 1000, () => idle++);
  let finish!: () => void;
  const request = activity.during(() => new Promise<void>((resolve) => (finish = resolve)));
  pass();
  expect(idle).toBe(0);
  finish();
  await request;
  pass();
  expect(idle).toBe(1);
});

test('drained waits for every request under way, failed ones too', async () => {
  const activity = watchActivity(handClock().clock, 1000, () => undefined);
  let fail!: (error: Error) => void;
  const request = activity.during(() => new Promise<void>((_, reject) => (fail = reject)));
  let drained = false;
  const waiting = activity.drained().then(() => (drained = true));
  await Promise.resolve();
  expect(drained).toBe(false);
  fail(new Error('no'));
  await expect(request).rejects.toThrow('no');
  await waiting;
  expect(drained).toBe(true);
});

test('after a stop nothing is idle any more', async () => {
  const { clock, pass } = handClock();
  let idle = 0;
  const activity = watchActivity(clock, 1000, () => idle++);
  activity.stop();
  await activity.during(async () => undefined);
  pass();
  expect(idle).toBe(0);
});
