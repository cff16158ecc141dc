import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startRounds } from './rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first round is at once, the next after the time between', async () => {
  const tick = vi.fn(async () => undefined);
  const rounds = startRounds({ tick, secondsBetween: () => 10 });
  expect(tick).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(tick).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(tick).toHaveBeenCalledTimes(2);
  await rounds.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tick).toHaveBeenCalledTimes(2);
});

test('a round that takes long is waited for', async () => {
  let end = () => undefined as void;
  const tick = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const rounds = startRounds({ tick, secondsBetween: () => 1 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tick).toHaveBeenCalledTimes(1);
  end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tick).toHaveBeenCalledTimes(2);
  end();
  await rounds.stop();
});

test('after a reload the new time counts from now', async () => {
  let seconds = 600;
  const tick = vi.fn(async () => undefined);
  const rounds = startRounds({ tick, secondsBetween: () => seconds });
  await vi.advanceTimersByTimeAsync(100_000);
  seconds = 5;
  rounds.reschedule();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tick).toHaveBeenCalledTimes(2);
  await rounds.stop();
});

test('news has the next round soon, and news during a round another one', async () => {
  let end = () => undefined as void;
  const tick = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const rounds = startRounds({ tick, secondsBetween: () => 600 });
  rounds.hurry(1);
  end();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(tick).toHaveBeenCalledTimes(2);
  end();
  await vi.advanceTimersByTimeAsync(1);
  rounds.hurry(1);
  rounds.hurry(60);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tick).toHaveBeenCalledTimes(3);
  end();
  await rounds.stop();
});
