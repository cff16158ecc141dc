import type { BusCaller, Implementation } from '@tshub/bus';
import type { Interface } from '@tshub/contract';

/** A dictionary with every kind of value. */
export const entry = {
  user: 'ada',
  uid: 4_294_967_294,
  ready: true,
  share: 0.5,
  started: 12n,
  groups: ['a', 'b'],
  key: Uint8Array.of(1, 2),
  data: { __proto__: null, constructor: 'x' },
};

/** Answers every method with something of the promised shape. */
export function answering<I extends Interface>(
  table: I,
  onCall: (caller: BusCaller) => void = () => undefined,
): Implementation<I> {
  const values = {
    b: true,
    i: -1,
    o: '/x',
    s: 'text',
    t: 2n ** 63n,
    u: 7,
    as: ['x'],
    ay: Uint8Array.of(9),
    'a(ssua{ss})': [['x', 'y', 7, { k: 'v' }]],
    'a{ss}': { k: 'v' },
    'a{st}': { k: 2n ** 63n },
    'a{sv}': entry,
    'aa{sv}': [entry],
  };
  const methods = Object.entries(table.methods).map(([name, { out }]) => [
    name,
    async (caller: BusCaller) => {
      onCall(caller);
      const results = out.map(({ type }) => values[type]);
      return results.length < 2 ? results[0] : results;
    },
  ]);
  const properties = Object.entries(table.properties).map(([name, { type }]) => [name, () => values[type]]);
  return {
    methods: Object.fromEntries(methods),
    properties: Object.fromEntries(properties),
  };
}
