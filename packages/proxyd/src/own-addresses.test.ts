import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isOwnAddress } from './own-addresses.ts';

const tables: Readonly<Record<string, string>> = {
  '/proc/self/net/fib_trie': `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.99.1.0/24 2 0 2
        |-- 10.99.1.0
           /24 link UNICAST
        |-- 10.99.1.1
           /32 host LOCAL
        |-- 10.99.1.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
`,
  '/proc/self/net/if_inet6': `00000000000000000000000000000001 01 80 10 80       lo
fe800000000000005d0aefffe04fbe2d 0c 40 20 80     eth0
`,
};
const read = (file: string): string => tables[file] ?? '';

test.each([
  ['10.99.1.1', true],
  ['127.8.9.10', true],
  ['10.99.1.2', false],
  ['10.99.1.255', false],
  ['203.0.113.7', false],
  ['::1', true],
  ['fe80::5d0a:efff:e04f:be2d%eth0', true],
  ['fe80::1', false],
  ['not an address', true],
])('%s', (address, isOwn) => {
  expect(isOwnAddress(address, read)).toBe(isOwn);
});

test('what cannot be found out may be of this host', () => {
  const fail = (): never => {
    throw new Error('EACCES');
  };
  expect(['10.99.1.2', '2001:db8::1'].map((address) => isOwnAddress(address, fail))).toEqual([true, true]);
});

test('the addresses of the host that this runs on are its own, and a documentation address is not', () => {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  expect(own.map(({ address }) => isOwnAddress(address))).toEqual(own.map(() => true));
  expect(isOwnAddress('203.0.113.7')).toBe(false);
});
