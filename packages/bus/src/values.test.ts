import { expect, test } from 'vitest';
import { ReceivedMessage, writeMessage } from './codec/message.ts';
import { fromWire, toWire, unwrap, type Variant, variant } from './values.ts';

/** There and back through bytes. */
function roundTrip(signature: string, body: readonly unknown[]): unknown[] {
  return new ReceivedMessage(writeMessage({ type: 1, serial: 1, path: '/', member: 'M', signature, body })).body;
}

test.each([
  ['s', 'ünïcode'],
  ['b', false],
  ['i', -5],
  ['u', 4_294_967_295],
  ['t', 18_446_744_073_709_551_615n],
  ['x', -9_223_372_036_854_775_807n],
  ['d', 0.25],
  ['as', []],
  ['ay', Uint8Array.of(0, 255)],
  ['a{ss}', { constructor: 'x', toString: 'y' }],
  [
    'a(sv)',
    [
      ['MemoryMax', variant('t', 1n)],
      ['ExecStart', variant('a(sasb)', [['/bin/x', ['x', 'y'], false]])],
    ],
  ],
  ['a(sa(sv))', [['x.service', [['Id', variant('s', 'x')]]]]],
  ['a{sv}', { nested: variant('v', variant('as', ['deep'])) }],
  ['a{us}', { 7: 'seven' }],
])('%s comes back as it went', (signature, value) => {
  expect(roundTrip(signature, [value])).toEqual([value]);
});

test('a key named __proto__ is a key', () => {
  const options = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
  const [back] = roundTrip('a{ss}', [options]);
  expect(Object.entries(back as object)).toEqual([['__proto__', 'x']]);
});

test.each([
  ['s', 'text'],
  ['b', true],
  ['i', 2_147_483_647],
  ['x', 4_294_967_294],
  ['d', 0.5],
  ['t', 5n],
  ['as', []],
  ['ay', Uint8Array.of(1)],
  ['a{ss}', { k: 'v' }],
])('a value of a dictionary that travels as %s is itself again', (signature, value) => {
  const wire = toWire('a{sv}', { value }) as { value: Variant };
  expect(wire.value.signature).toBe(signature);
  expect(fromWire('a{sv}', roundTrip('a{sv}', [wire])[0])).toEqual({ value });
});

test('a key without a value is left out', () => {
  expect(toWire('a{sv}', { user: 'ada', reason: undefined })).toEqual({ user: variant('s', 'ada') });
});

test('unwrap looks into everything', () => {
  expect(unwrap([{ a: variant('v', variant('t', 1n)) }, [variant('ay', Uint8Array.of(1))]])).toEqual([
    { a: 1n },
    [Uint8Array.of(1)],
  ]);
});
