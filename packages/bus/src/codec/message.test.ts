import fc from 'fast-check';
import { expect, test } from 'vitest';
import { variant } from '../variant.ts';
import { ReceivedMessage, sizeOf, writeMessage } from './message.ts';
import { parseSignature } from './signature.ts';

/** A call as another implementation (dbus-next 0.10.2) writes it. */
const bytes = Buffer.from(
  [
    '6c010101a8000000070000005400000001016f00060000002f6f72672f7800000201730003000000612e6200000000000301',
    '730002000000446f00000000000006017300050000006f72672e78000000080167000e736128737629617b73767d61797400',
    '0000000005000000c3bc6ec3af00000064000000090000004d656d6f72794d61780001740000000000000000050000000000',
    '00000900000045786563537461727400076128736173622900002400000000000000060000002f62696e2f7800000e000000',
    '01000000780000000100000079000000010000001d000000010000006b000176000261730000000009000000040000006465',
    '6570000000000300000001020300ffffffffffffffff',
  ].join(''),
  'hex',
);
const call = {
  type: 1,
  serial: 7,
  flags: 1,
  path: '/org/x',
  interface: 'a.b',
  member: 'Do',
  destination: 'org.x',
  signature: 'sa(sv)a{sv}ayt',
  body: [
    'ünï',
    [
      ['MemoryMax', variant('t', 5n)],
      ['ExecStart', variant('a(sasb)', [['/bin/x', ['x', 'y'], true]])],
    ],
    { k: variant('v', variant('as', ['deep'])) },
    Uint8Array.of(1, 2, 3),
    18_446_744_073_709_551_615n,
  ],
};

test('what another implementation wrote is read', () => {
  const message = new ReceivedMessage(bytes);
  expect(message).toMatchObject(call);
  expect(message.body).toEqual(call.body);
  expect(message.args).toEqual([
    'ünï',
    [
      ['MemoryMax', 5n],
      ['ExecStart', [['/bin/x', ['x', 'y'], true]]],
    ],
    { k: ['deep'] },
    Uint8Array.of(1, 2, 3),
    18_446_744_073_709_551_615n,
  ]);
});

test('what we write is what another implementation wrote, byte for byte', () => {
  const ours = writeMessage(call);
  expect(ours.toString('hex')).toBe(bytes.toString('hex'));
  expect(sizeOf(ours)).toBe(ours.length);
  expect(new ReceivedMessage(ours).body).toEqual(call.body);
});

const plain = (text: string): boolean => !/\0|\p{Cs}/u.test(text);
const simple = fc.oneof(
  fc
    .string({ unit: 'binary' })
    .filter(plain)
    .map((value) => ['s', value] as const),
  fc.boolean().map((value) => ['b', value] as const),
  fc.integer({ min: 0, max: 255 }).map((value) => ['y', value] as const),
  fc.integer({ min: -0x8000, max: 0x7fff }).map((value) => ['n', value] as const),
  fc.integer({ min: 0, max: 0xffff }).map((value) => ['q', value] as const),
  fc.integer().map((value) => ['i', value] as const),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => ['u', value] as const),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ['t', value] as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ['x', value] as const),
  fc.double({ noNaN: true }).map((value) => ['d', value] as const),
  fc.constantFrom('/', '/a/b_1').map((value) => ['o', value] as const),
  fc.constantFrom('', 'a{sv}').map((value) => ['g', value] as const),
);

/** Any values with their signature, some levels deep. */
const typed: fc.Arbitrary<readonly [signature: string, value: unknown]> = fc.letrec<{
  any: readonly [string, unknown];
}>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    simple,
    fc.array(fc.string({ unit: 'binary' }).filter(plain)).map((value) => ['as', value] as const),
    fc.uint8Array().map((value) => ['ay', value] as const),
    fc
      .array(tie('any'), { minLength: 1, maxLength: 4 })
      .map((all) => [`(${all.map(([type]) => type).join('')})`, all.map(([, value]) => value)] as const),
    tie('any')
      .map(([type, value]) => [`a${type}`, [value, value]] as const)
      .filter(([type]) => type !== 'ay'),
    fc
      .tuple(fc.string().filter(plain), tie('any'))
      .map(([key, [type, value]]) => [`a{s${type}}`, { [`k${key}`]: value }] as const),
    tie('any').map(([type, value]) => ['v', variant(type, value)] as const),
  ),
})).any;

test('whatever is written comes back', () => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 5 }), (all) => {
      const signature = all.map(([type]) => type).join('');
      fc.pre(signature.length < 256);
      const body = all.map(([, value]) => value);
      const ours = writeMessage({ type: 2, serial: 9, replySerial: 3, destination: ':1.2', signature, body });
      expect(sizeOf(ours)).toBe(ours.length);
      expect(new ReceivedMessage(ours).body).toEqual(body);
    }),
  );
});

test('the other order of bytes is read too', () => {
  const big = Buffer.from(
    [
      '4204000100000017000000010000003901016f00000000022f610000000000000201730000000003612e6200000000000301',
      '7300000000015300000000000000080167000375787300000000000000000000010200000000fffffffffffffffe00000002',
      '686900',
    ].join(''),
    'hex',
  );
  expect(sizeOf(big)).toBe(big.length);
  const message = new ReceivedMessage(big);
  expect(message).toMatchObject({ type: 4, path: '/a', interface: 'a.b', member: 'S' });
  expect(message.body).toEqual([258, -2n, 'hi']);
});

test('a field that nobody knows is left out, of whatever type', () => {
  const signal = { type: 4, serial: 1, path: '/a', interface: 'a.b', member: 'S', signature: 's', body: ['hi'] };
  const plain = writeMessage(signal);
  // Before the others: code 200, a variant of the type a{sv} with one entry.
  const more = Buffer.from('c805617b73767d000a00000000000000010000006b0001790007000000000000', 'hex');
  const bytes = Buffer.concat([plain.subarray(0, 16), more, plain.subarray(16)]);
  bytes.writeUInt32LE(plain.readUInt32LE(12) + more.length, 12);
  expect(new ReceivedMessage(bytes)).toMatchObject(signal);
});

test('a key named "__proto__" stays a key', () => {
  const body = [JSON.parse('{"__proto__":"x","a":"y"}') as unknown];
  const [read] = new ReceivedMessage(writeMessage({ type: 1, serial: 1, signature: 'a{ss}', body })).body;
  expect(Object.entries(read as object)).toEqual([
    ['__proto__', 'x'],
    ['a', 'y'],
  ]);
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

test('a message that is cut, or bent anywhere, throws or reads as something, and does no harm', () => {
  for (let end = 16; end < bytes.length; end++) {
    const cut = (): unknown => new ReceivedMessage(bytes.subarray(0, end)).body;
    expect(cut).toThrow();
  }
  for (let at = 0; at < bytes.length; at++) {
    const bent = Buffer.from(bytes);
    bent[at] = 0xff;
    try {
      void new ReceivedMessage(bent).body;
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  }
});

test.each([
  ['v', 5],
  ['as', 'x'],
  ['ay', 'x'],
  ['(ss)', ['x']],
  ['a{ss}', null],
  ['s', 5],
  ['s', 'a\0b'],
  ['b', 1],
  ['u', 'x'],
  ['t', 'x'],
  ['o', 'x/y'],
  ['g', 'a'],
  ['h', 1],
  ['y', 256],
  ['n', 0x8000],
  ['u', -1],
  ['u', 1.5],
  ['i', Number.NaN],
  ['t', -1n],
  ['x', 2n ** 63n],
  ['t', 1.5],
])('%s refuses %s', (signature, value) => {
  expect(() => writeMessage({ type: 1, serial: 1, signature, body: [value] })).toThrow(TypeError);
});

const large = 2 ** 25;
test.each([
  ['ay', new Uint8Array(large)],
  ['s', 'x'.repeat(large)],
  ['as', Array.from({ length: 33 }, () => 'x'.repeat(2 ** 20))],
  ['aay', [new Uint8Array(large / 2), new Uint8Array(large / 2)]],
  // Its body alone would do.
  ['ay', new Uint8Array(large - 10)],
])('a message with a larger %s than the bus takes is refused', (signature, value) => {
  const write = (): Buffer => writeMessage({ type: 1, serial: 1, path: '/', member: 'M', signature, body: [value] });
  expect(write).toThrow(new RangeError('a message of more than 32 MiB is not sent: the bus would end the connection'));
});

test('the largest that the bus takes is written', () => {
  const ours = writeMessage({ type: 1, serial: 1, signature: 'ay', body: [new Uint8Array(large - 1000)] });
  expect(sizeOf(ours)).toBe(ours.length);
});

test.each(['a', '(', '()', '(s', 'a{}', 'a{vs}', '{ss}', 'a{sss}', 'z', 'a'.repeat(80) + 's', 's'.repeat(256)])(
  '%j is no signature',
  (text) => {
    expect(() => parseSignature(text)).toThrow(TypeError);
  },
);
