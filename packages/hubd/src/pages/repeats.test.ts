import { expect, test } from 'vitest';
import { Repeats } from './repeats.ts';

function counter(): { readonly work: () => Promise<number>; count: number } {
  const it = { count: 0, work: () => Promise.resolve(++it.count) };
  return it;
}

test('the same form again, also while the first is at work, gets the first answer', async () => {
  const repeats = new Repeats({ now: () => 0 });
  const { work } = counter();
  expect(await Promise.all([repeats.run('a', work), repeats.run('a', work)])).toEqual([1, 1]);
  expect(await repeats.run('a', work)).toBe(1);
  expect(await repeats.run('b', work)).toBe(2);
});

test('it is forgotten after a minute', async () => {
  let now = 0;
  const repeats = new Repeats({ now: () => now });
  const { work } = counter();
  await repeats.run('a', work);
  now = 60_000;
  expect(await repeats.run('a', work)).toBe(2);
});

test('what failed may be tried again', async () => {
  const repeats = new Repeats({ now: () => 0 });
  await expect(repeats.run('a', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(await repeats.run('a', () => Promise.resolve('fine'))).toBe('fine');
});
