import { expect, test } from 'vitest';
import { type EventRow, events } from './events.ts';

test.each(Object.entries<EventRow>(events))('%s is explained to whoever asks journalctl -x', (_, { says, help }) => {
  expect(says).toMatch(/^[A-Za-z].*[^.]$/);
  expect(help.split(' ').length).toBeGreaterThan(3);
});
