import { expect, test } from 'vitest';
import { sayPlace, StartQueue } from './start-queue.ts';

const never = new AbortController().signal;

/** Somebody who enters: what they were told, and their turn when it has come. */
function enter(queue: StartQueue, signal = never) {
  const places: number[] = [];
  const one = { places, leave: undefined as (() => void) | undefined, error: undefined as unknown };
  const entered = queue
    .enter(signal, (ahead) => void places.push(ahead))
    .then(
      (leave) => void (one.leave = leave),
      (error: unknown) => void (one.error = error),
    );
  return Object.assign(one, { entered });
}

test('as many as may go do so, the others in the order in which they came', async () => {
  const queue = new StartQueue(() => 1);
  const [first, second, third] = [enter(queue), enter(queue), enter(queue)];
  await first.entered;
  expect([second.places, third.places]).toEqual([[0], [1]]);
  first.leave?.();
  await second.entered;
  expect([third.leave, third.places]).toEqual([undefined, [1, 0]]);
  second.leave?.();
  await third.entered;
  expect(queue.waiting).toBe(0);
});

test('who leaves the queue is not waited for, and the others move up', async () => {
  const queue = new StartQueue(() => 1);
  const first = enter(queue);
  await first.entered;
  const giveUp = new AbortController();
  const [second, third] = [enter(queue, giveUp.signal), enter(queue)];
  giveUp.abort('cancelled');
  await second.entered;
  expect([second.error, third.places]).toEqual(['cancelled', [1, 0]]);
  first.leave?.();
  await third.entered;
  expect(third.leave).toBeDefined();
});

test('a turn ends once, and a limit that is raised lets more in', async () => {
  let most = 1;
  const queue = new StartQueue(() => most);
  const [first, second, third, fourth] = [enter(queue), enter(queue), enter(queue), enter(queue)];
  await first.entered;
  first.leave?.();
  first.leave?.();
  await second.entered;
  expect(third.leave).toBeUndefined();
  most = 3;
  queue.advance();
  await Promise.all([third.entered, fourth.entered]);
  expect(queue.waiting).toBe(0);
});

test('a place is said in words', () => {
  expect([0, 1, 7].map(sayPlace)).toEqual([
    'Many servers are starting; this one is next',
    'Many servers are starting; 1 is before this one',
    'Many servers are starting; 7 are before this one',
  ]);
});
