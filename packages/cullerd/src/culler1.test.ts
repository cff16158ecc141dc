import type { BusCaller } from '@tshub/bus';
import { schema } from '@tshub/config';
import { expect, test, vi } from 'vitest';
import type { Culler } from './culler.ts';
import { serveCuller } from './culler1.ts';

const culler = (): Culler => ({
  due: () => 0,
  round: vi.fn(async () => []),
  tick: async () => undefined,
  status: vi.fn(),
});
const caller = (isAllowed: boolean): BusCaller => ({
  sender: ':1.1',
  uid: 1000,
  interactive: false,
  authorize: async () => isAllowed,
});

test('who may not manage the culler cannot start a round, not even a dry one', async () => {
  const parts = culler();
  await expect(serveCuller(parts, () => schema.parse({})).methods.CullNow(caller(false), true)).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(parts.round).not.toHaveBeenCalled();
});

test('who may gets a round, dry or not as asked', async () => {
  const parts = culler();
  await expect(serveCuller(parts, () => schema.parse({})).methods.CullNow(caller(true), true)).resolves.toEqual([]);
  expect(parts.round).toHaveBeenCalledWith(true);
});
