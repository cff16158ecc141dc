import { expect, test } from 'vitest';
import { eventStream, failedEvent, ProgressLog, readyEvent } from './progress.ts';
import type { ProgressEvent } from './server.ts';

async function all(events: AsyncIterable<ProgressEvent>): Promise<string[]> {
  const messages: string[] = [];
  for await (const { message } of events) messages.push(message);
  return messages;
}

test('everybody hears everything, whenever they begin to listen', async () => {
  const log = new ProgressLog();
  const { signal } = new AbortController();
  log.add({ message: 'one' });
  const early = all(log.listen(signal));
  await Promise.resolve();
  log.add({ message: 'two' });
  const late = all(log.listen(signal));
  log.finish({ message: 'over' });
  log.add({ message: 'too late' });
  expect(await early).toEqual(['one', 'two', 'over']);
  expect(await late).toEqual(['one', 'two', 'over']);
  expect(log.hasListeners).toBe(false);
});

test('who goes away is not waited for', async () => {
  const log = new ProgressLog();
  const away = new AbortController();
  const heard = all(log.listen(away.signal));
  log.add({ message: 'one' });
  away.abort();
  await heard;
  expect(log.hasListeners).toBe(false);
});

test('a server that writes without end does not fill the memory, and its end is still told', async () => {
  const log = new ProgressLog();
  for (let i = 0; i < 2000; i++) log.add({ message: String(i) });
  log.finish({ message: 'over' });
  expect(log.events.length).toBe(501);
  expect(log.events.at(-1)?.message).toBe('over');
});

test('what goes into HTML is escaped', () => {
  expect(failedEvent('<img src=x onerror="a()">').html_message).toBe(
    'Spawn failed: &lt;img src=x onerror=&quot;a()&quot;&gt;',
  );
  expect(readyEvent("o'hara", '').html_message).toBe('Server ready at <a href="/user/o%27hara/">/user/o%27hara/</a>');
});

test('a stream begins with an empty line, keeps alive while nothing happens, and ends with the last event', async () => {
  const log = new ProgressLog();
  const stream = eventStream((signal) => log.listen(signal), 1);
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text.split('\n\n').length).toBeGreaterThan(3);
  log.add({ progress: 0, message: 'Server requested' });
  log.finish({ progress: 100, failed: true, message: 'Spawn failed: no' });
  await new Promise((resolve) => stream.on('end', resolve));
  expect(text.startsWith('\n\n')).toBe(true);
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    'data: {"progress":0,"message":"Server requested"}',
    'data: {"progress":100,"failed":true,"message":"Spawn failed: no"}',
  ]);
});

test('a browser that goes away ends its stream and its listening', async () => {
  const log = new ProgressLog();
  const stream = eventStream((signal) => log.listen(signal));
  await expect.poll(() => log.hasListeners).toBe(true);
  stream.destroy();
  await expect.poll(() => log.hasListeners).toBe(false);
});
