import { expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { mostListeners, ProgressLog } from './progress.ts';
import { progressOf } from './progress-of.ts';

test('a start is watched by so many at once and no more, until one of them goes', async () => {
  const progress = new ProgressLog();
  const entry = { phase: 'starting', run: { progress } } as unknown as Entry;
  const watch = async ({ signal } = new AbortController()): Promise<void> => {
    for await (const _ of progressOf(entry, 'ada', '', signal)) continue;
  };
  const away = new AbortController();
  const first = watch(away);
  const others = Array.from({ length: mostListeners - 1 }, () => watch());
  expect(() => progressOf(entry, 'ada', '', away.signal)).toThrow("ada's server is watched too often");
  away.abort();
  await first;
  others.push(watch());
  expect(progress.isFull).toBe(true);
  progress.finish({ message: 'over' });
  await Promise.all(others);
});
