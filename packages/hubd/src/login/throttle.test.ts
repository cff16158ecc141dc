import { expect, test } from 'vitest';
import { makeThrottle, type Throttle } from './throttle.ts';

const limits = { free: 3, longest: 60, window: 900 };
const throttle = (): Throttle => makeThrottle(() => limits);
const minute = 60_000;

function fail(subject: Throttle, address: string, user: string, now: number): 'failed' | number {
  const answer = subject.begin(address, user, now);
  if ('waitSeconds' in answer) return answer.waitSeconds;
  answer.ticket.failed(now);
  return 'failed';
}

function succeed(subject: Throttle, address: string, user: string, now: number): 'came in' | number {
  const answer = subject.begin(address, user, now);
  if ('waitSeconds' in answer) return answer.waitSeconds;
  answer.ticket.succeeded(now);
  return 'came in';
}

test('the first failures are free, then the wait doubles up to the longest', () => {
  const subject = throttle();
  let now = 0;
  for (let i = 0; i < 3; i++) expect(fail(subject, '203.0.113.1', 'ada', now)).toBe('failed');
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const wait = fail(subject, '203.0.113.1', 'ada', now) as number;
    waits.push(wait);
    now += wait * 1000;
    expect(fail(subject, '203.0.113.1', 'ada', now)).toBe('failed');
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test('an attempt that must wait does not make the wait longer', () => {
  const subject = throttle();
  for (let i = 0; i < 4; i++) fail(subject, '203.0.113.1', 'ada', i === 3 ? 1000 : 0);
  for (let i = 0; i < 50; i++) expect(fail(subject, '203.0.113.1', 'ada', 1000)).toBe(2);
  expect(fail(subject, '203.0.113.1', 'ada', 3000)).toBe('failed');
});

test('one address that tries many names is slowed down', () => {
  const subject = throttle();
  for (const name of ['a', 'b', 'c']) fail(subject, '203.0.113.1', name, 0);
  expect(fail(subject, '203.0.113.1', 'd', 0)).toBe(1);
  expect(fail(subject, '203.0.113.2', 'd', 0)).toBe('failed');
});

test('many addresses that try one name are slowed down, however it is spelt', () => {
  const subject = throttle();
  for (const [at, name] of ['ada', 'Ada', 'ADA'].entries()) fail(subject, `203.0.113.${at}`, name, 0);
  expect(fail(subject, '198.51.100.1', 'aDa', 0)).toBe(1);
});

test('all addresses of one IPv6 subscriber are one', () => {
  const subject = throttle();
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:0db8:0001:0002:1:2:3:4'])
    fail(subject, address, address, 0);
  expect(fail(subject, '2001:db8:1:2:abcd::', 'x', 0)).toBe(1);
  expect(fail(subject, '2001:db8:1:3::1', 'x', 0)).toBe('failed');
});

test('an IPv4 address written as IPv6 is the same address', () => {
  const subject = throttle();
  for (const name of ['a', 'b', 'c']) fail(subject, '::ffff:203.0.113.1', name, 0);
  expect(fail(subject, '203.0.113.1', 'd', 0)).toBe(1);
});

test('failures are forgotten after the window', () => {
  const subject = throttle();
  for (let i = 0; i < 3; i++) fail(subject, '203.0.113.1', 'ada', 0);
  expect(fail(subject, '203.0.113.1', 'ada', 900_001)).toBe('failed');
  expect(fail(subject, '203.0.113.1', 'ada', 900_001)).toBe('failed');
});

test('coming in clears the name but not the address', () => {
  const subject = throttle();
  fail(subject, '203.0.113.1', 'ada', 0);
  fail(subject, '203.0.113.1', 'ada', 0);
  expect(succeed(subject, '203.0.113.1', 'ada', 0)).toBe('came in');
  fail(subject, '203.0.113.1', 'bob', 0);
  expect(fail(subject, '203.0.113.1', 'eve', 0)).toBe(1);
  expect(fail(subject, '203.0.113.2', 'ada', 0)).toBe('failed');
});

test('strangers who guess do not lock out a user at an address that is known', () => {
  const subject = throttle();
  succeed(subject, '203.0.113.1', 'ada', 0);
  for (let i = 0; i < 3; i++) fail(subject, `198.51.100.${i}`, 'ada', minute);
  expect(fail(subject, '198.51.100.9', 'ada', minute)).toBe(1);
  expect(succeed(subject, '203.0.113.1', 'ada', minute)).toBe('came in');
});

test('many attempts at once on one name do not all pass before the first has failed', () => {
  const subject = throttle();
  const answers = Array.from({ length: 20 }, (_, at) => subject.begin(`203.0.113.${at}`, 'ada', 0));
  expect(answers.filter((answer) => 'ticket' in answer)).toHaveLength(3);
});

test('after a wait one attempt passes, not as many as come at once', () => {
  const subject = throttle();
  for (let i = 0; i < 3; i++) fail(subject, `203.0.113.${i}`, 'ada', 0);
  const answers = Array.from({ length: 20 }, (_, at) => subject.begin(`198.51.100.${at}`, 'ada', 1000));
  expect(answers.filter((answer) => 'ticket' in answer)).toHaveLength(1);
});

test('a class behind one address comes in at once', () => {
  const subject = throttle();
  const answers = Array.from({ length: 60 }, (_, at) => subject.begin('203.0.113.1', `student${at}`, 0));
  expect(answers.every((answer) => 'ticket' in answer)).toBe(true);
});

test('a check that could not be made counts for nothing', () => {
  const subject = throttle();
  for (let i = 0; i < 10; i++) {
    const answer = subject.begin('203.0.113.1', 'ada', 0);
    if ('ticket' in answer) answer.ticket.dropped();
  }
  expect(succeed(subject, '203.0.113.1', 'ada', 0)).toBe('came in');
});
