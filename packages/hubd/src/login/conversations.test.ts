import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AuthAsk } from './authenticators/authenticator.ts';
import { makeConversations } from './conversations.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function question(): AuthAsk & { cancelled: boolean } {
  const ask = {
    kind: 'ask' as const,
    cancelled: false,
    messages: [],
    answer: () => Promise.reject(new Error('not here')),
    cancel: () => void (ask.cancelled = true),
  };
  return ask;
}

test('a question can be answered once', () => {
  const open = makeConversations<string>({ lifetimeMs: 1000, abandoned: () => undefined });
  const { id } = open.keep(question(), 'ada');
  expect(open.take(id)?.extra).toBe('ada');
  expect(open.take(id)).toBeUndefined();
});

test('an id that was made up finds nothing', () => {
  const open = makeConversations<string>({ lifetimeMs: 1000, abandoned: () => undefined });
  open.keep(question(), 'ada');
  expect(open.take('x')).toBeUndefined();
});

test('a question that nobody answers is given up, and counted', () => {
  const abandoned: string[] = [];
  const open = makeConversations<string>({ lifetimeMs: 1000, abandoned: (who) => abandoned.push(who) });
  const ask = question();
  const { id } = open.keep(ask, 'ada');
  vi.advanceTimersByTime(1000);
  expect([ask.cancelled, abandoned, open.size, open.take(id)]).toEqual([true, ['ada'], 0, undefined]);
});

test('an answered question is not given up later', () => {
  const abandoned: string[] = [];
  const open = makeConversations<string>({ lifetimeMs: 1000, abandoned: (who) => abandoned.push(who) });
  open.take(open.keep(question(), 'ada').id);
  vi.advanceTimersByTime(5000);
  expect(abandoned).toEqual([]);
});
