import { expect, test } from 'vitest';
import { AddressShare } from './address-share.ts';

test('an address has its share and no more, until one of its connections ends; others have theirs', () => {
  const share = new AddressShare();
  expect([share.enter('192.0.2.1', 2), share.enter('192.0.2.1', 2), share.enter('192.0.2.1', 2)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(share.enter('192.0.2.2', 2)).toBe(true);
  share.leave('192.0.2.1');
  expect(share.enter('192.0.2.1', 2)).toBe(true);
});

test('one address has one share, however it is written, and so has a /64', () => {
  const share = new AddressShare();
  expect([share.enter('192.0.2.1', 1), share.enter('::ffff:192.0.2.1', 1)]).toEqual([true, false]);
  expect([share.enter('::ffff:192.0.2.2', 1), share.enter('2001:db8::1', 1)]).toEqual([true, true]);
  expect(share.enter('2001:db8::2', 1)).toBe(false);
});

test.each(['127.0.0.1', '::ffff:127.0.0.1', '::1', 'unix'])('%s speaks for many', (address) => {
  const share = new AddressShare();
  expect([share.enter(address, 1), share.enter(address, 1)]).toEqual([true, true]);
});

test('0 is no limit', () => {
  const share = new AddressShare();
  expect([share.enter('192.0.2.1', 0), share.enter('192.0.2.1', 0)]).toEqual([true, true]);
});
