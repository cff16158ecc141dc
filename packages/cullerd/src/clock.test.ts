import { beforeEach, expect, test } from 'vitest';
import { makeClock } from './clock.ts';

const hour = 3_600_000;
let wall: number;
let steady: number;
let jumps: number[];
let clock: ReturnType<typeof makeClock>;

beforeEach(() => {
  wall = 1_000_000_000_000;
  steady = 5_000;
  jumps = [];
  clock = makeClock(
    () => wall,
    () => steady,
    (seconds) => jumps.push(seconds),
  );
});

function pass(ms: number): void {
  wall += ms;
  steady += ms;
}

test('without jumps time is what the clock says, also from before the start', () => {
  const began = wall;
  pass(hour);
  expect(clock.since(began)).toBe(3600);
  expect(clock.since(began - hour)).toBe(7200);
  expect(clock.since(wall + 1000)).toBe(0);
  expect(jumps).toEqual([]);
});

test('a clock that is set ahead makes nobody idle', () => {
  const used = wall;
  pass(60_000);
  clock.now();
  wall += 24 * hour;
  expect(clock.since(used)).toBe(60);
  expect(jumps).toEqual([86_400]);
  const after = wall;
  pass(hour);
  expect([clock.since(used), clock.since(after)]).toEqual([3660, 3600]);
});

test('a clock that is set back keeps nobody', () => {
  const used = wall;
  pass(60_000);
  clock.now();
  wall -= 24 * hour;
  expect(clock.since(used)).toBe(60);
  pass(hour);
  expect(clock.since(used)).toBe(3660);
  expect(clock.since(wall)).toBe(0);
});

test('what happened between two looks, before or after the jump, is placed right', () => {
  clock.now();
  pass(60_000);
  const before = wall;
  pass(60_000);
  wall += 24 * hour;
  pass(60_000);
  const after = wall;
  pass(60_000);
  expect([clock.since(before), clock.since(after)]).toEqual([180, 60]);
});

test('several jumps, and a clock that is put right slowly', () => {
  const used = wall;
  for (let i = 0; i < 40; i++) {
    pass(60_000);
    wall += 1000;
    clock.now();
  }
  for (let i = 0; i < 40; i++) {
    pass(60_000);
    wall += i % 2 === 0 ? hour : -hour;
    clock.now();
  }
  expect(clock.since(used)).toBeGreaterThan(0);
  expect(clock.since(wall)).toBe(0);
  const last = wall;
  pass(600_000);
  expect(clock.since(last)).toBe(600);
});
