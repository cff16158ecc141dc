import { expect, test } from 'vitest';
import { describeServer, makeGate, makeStartLimits, startsPerMinute } from './limits.ts';

const ada = { user: 'ada', server: '' };
const unit = 'tshub-server-ada.service';

function limitsAt(start = 0) {
  const time = { now: start };
  return { time, limits: makeStartLimits({ now: () => time.now }) };
}

test('a user gets so many starts within a minute, and again after it', () => {
  const { time, limits } = limitsAt(1000);
  for (let i = 0; i < startsPerMinute; i++) limits.countStart('ada');
  expect(() => limits.countStart('ada')).toThrow(expect.objectContaining({ code: 'too_many_requests' }));
  time.now += 60_001;
  expect(() => limits.countStart('ada')).not.toThrow();
});

test('one user who starts too much does not hold up another', () => {
  const { limits } = limitsAt();
  for (let i = 0; i < startsPerMinute; i++) limits.countStart('ada');
  expect(() => limits.countStart('bob')).not.toThrow();
});

test('a server is started once at a time', async () => {
  const { limits } = limitsAt();
  const gate = deferred<string>();
  const first = limits.alone(ada, unit, () => gate.promise);
  expect([...limits.underWay()]).toEqual([unit]);
  await expect(limits.alone(ada, unit, async () => 'second')).rejects.toMatchObject({ code: 'pending' });
  gate.resolve('first');
  expect(await first).toBe('first');
  expect(await limits.alone(ada, unit, async () => 'third')).toBe('third');
});

test('a start that failed does not block the next', async () => {
  const { limits } = limitsAt();
  await expect(limits.alone(ada, unit, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(limits.underWay().size).toBe(0);
});

test('a gate lets so many through at once', async () => {
  const gate = makeGate(1, 'logs are being read');
  const first = deferred<void>();
  const running = gate(() => first.promise);
  await expect(gate(async () => 1)).rejects.toThrow('more than 1 logs are being read at once');
  first.resolve();
  await running;
  expect(await gate(async () => 2)).toBe(2);
});

test('a sentence names a server by its owner', () => {
  expect(describeServer(ada)).toBe("ada's server");
  expect(describeServer({ user: 'ada', server: 'lab' })).toBe("ada's server lab");
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
