import { expect, test } from 'vitest';
import type { Context } from '../command.ts';
import { stepOf, tellProgress } from './progress.ts';

test.each([
  [{ progress: 50, message: 'Waiting' }, ' 50%  Waiting'],
  [{ message: 'A line of the journal' }, '      A line of the journal'],
  [{ progress: 100, ready: true, message: 'Server ready' }, undefined],
  [{ progress: 100, failed: true, message: 'Spawn failed' }, undefined],
  [{ progress: 5 }, undefined],
  ['text', undefined],
  [null, undefined],
])('%j reads "%s"', (event, text) => {
  expect(stepOf(event)).toBe(text);
});

const context = (told: string[] | null): Context => ({
  user: 'ada',
  hostname: 'lab',
  bus: async () => Promise.reject(new Error('no bus')),
  ask: async () => Promise.reject(new Error('not part of this test')),
  show: async () => 0,
  read: async () => null,
  tell: told === null ? null : (line) => void told.push(line),
});

test.each([[null], [[]]])('a start counts, whatever becomes of its progress', async (told) => {
  await expect(tellProgress(context(told), 'ada', '', Promise.resolve(7))).resolves.toBe(7);
  await expect(tellProgress(context(told), 'ada', '', Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
});
