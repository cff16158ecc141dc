import { expect, test } from 'vitest';
import { extraProperty, extraPropertyTable } from './unit-property.ts';
import type { RawValue } from './unit-property-kinds.ts';

const infinity = 2n ** 64n - 1n;

test.each<[string, RawValue, string, string, unknown]>([
  ['AllowedCPUs', '0-2,9', 'AllowedCPUs', 'ay', new Uint8Array([0b111, 0b10])],
  ['CPUQuota', '150%', 'CPUQuotaPerSecUSec', 't', 1_500_000n],
  ['IOReadBandwidthMax', ['/dev/sda 10M'], 'IOReadBandwidthMax', 'a(st)', [['/dev/sda', 10_485_760n]]],
  [
    'IPAddressDeny',
    'localhost',
    'IPAddressDeny',
    'a(iayu)',
    [
      [2, new Uint8Array([127, 0, 0, 0]), 8],
      [10, new Uint8Array([...Array<number>(15).fill(0), 1]), 128],
    ],
  ],
  [
    'IPAddressAllow',
    ['192.0.2.7', '2001:db8::/32'],
    'IPAddressAllow',
    'a(iayu)',
    [
      [2, new Uint8Array([192, 0, 2, 7]), 32],
      [10, new Uint8Array([0x20, 0x01, 0x0d, 0xb8, ...Array<number>(12).fill(0)]), 32],
    ],
  ],
  ['LimitNOFILE', 65536, 'LimitNOFILE', 't', 65536n],
  ['LimitNPROC', 'infinity', 'LimitNPROC', 't', infinity],
  ['MemoryMin', '2G', 'MemoryMin', 't', 2n ** 31n],
  ['Nice', -5, 'Nice', 'i', -5],
  ['PrivateNetwork', true, 'PrivateNetwork', 'b', true],
  ['PrivatePIDs', true, 'PrivatePIDs', 's', 'yes'],
  ['ProtectSystem', 'strict', 'ProtectSystem', 's', 'strict'],
  [
    'RestrictAddressFamilies',
    ['AF_UNIX', 'AF_INET'],
    'RestrictAddressFamilies',
    '(bas)',
    [true, ['AF_UNIX', 'AF_INET']],
  ],
  ['RuntimeMaxSec', '1.5h', 'RuntimeMaxUSec', 't', 5_400_000_000n],
  ['SystemCallFilter', '~@mount @swap', 'SystemCallFilter', '(bas)', [false, ['@mount', '@swap']]],
  ['TemporaryFileSystem', ['/srv:ro'], 'TemporaryFileSystem', 'a(ss)', [['/srv', 'ro']]],
  ['UMask', '0027', 'UMask', 'u', 0o27],
  ['Wants', 'a.service b.service', 'Wants', 'as', ['a.service', 'b.service']],
])('%s = %j', (name, raw, bus, signature, value) => {
  expect(extraProperty(name, raw)).toMatchObject({ bus, signature, value });
});

test.each([
  'User',
  'Group',
  'ExecStart',
  'EnvironmentFile',
  'Slice',
  'DynamicUser',
  'AmbientCapabilities',
  'PAMName',
  'constructor',
  'memorymax',
])('%s is not for unit_extra_properties', (name) =>
  expect(extraProperty(name, 'x')).toContain('expected a property that tshub does not set itself'),
);

test.each<[string, RawValue]>([
  ['MemoryMax', '2X'],
  ['MemoryMax', -1],
  ['MemoryMax', true],
  ['LimitNOFILE', 1.5],
  ['CPUQuota', '0%'],
  ['Nice', '5'],
  ['PrivateTmp', 'yes'],
  ['UMask', '0999'],
  ['AllowedCPUs', 'all'],
  ['IPAddressDeny', '10.0.0.0/33'],
  ['IPAddressDeny', 'example.org'],
  ['IPAddressDeny', '::ffff:1.2.3.4'],
  ['SystemCallFilter', '@mount;x'],
  ['ProtectSystem', 'strict\nUser=root'],
  ['ReadOnlyPaths', []],
  ['TemporaryFileSystem', 'srv'],
])('%s = %j is refused', (name, raw) => {
  expect(extraProperty(name, raw)).toMatch(/^expected /);
});

test('the table is sorted by name', () => {
  const names = Object.keys(extraPropertyTable);
  expect(names).toEqual(names.toSorted());
});
