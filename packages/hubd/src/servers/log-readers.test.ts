import { expect, test } from 'vitest';
import { stepsAlone } from './log-readers.ts';
import type { ProgressEvent } from './server.ts';

async function told(...events: readonly ProgressEvent[]): Promise<ProgressEvent[]> {
  async function* all(): AsyncGenerator<ProgressEvent> {
    yield* events;
  }
  const heard: ProgressEvent[] = [];
  for await (const event of stepsAlone(all())) heard.push(event);
  return heard;
}

test('steps are told, lines of the log are not, and the end is told without them', async () => {
  const step = { progress: 40, message: 'waiting' };
  const line = { progress: 60, message: 'Traceback', log: ['Traceback'] };
  const end = { progress: 100, failed: true, message: 'Spawn failed: no' } as const;
  expect(await told(step, line, { ...end, log: ['Traceback'] })).toEqual([step, end]);
});
