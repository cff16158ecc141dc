import { describe, expect, test } from 'vitest';
import { readReport } from './activity.ts';

const now = Date.UTC(2026, 7, 20, 12);
const knows = (server: string): boolean => ['', 'lab'].includes(server);

describe('a report of activity', () => {
  test('counts for its servers, and the latest time for the user', () => {
    const body = {
      servers: { '': { last_activity: '2026-08-20T11:00:00Z' }, lab: { last_activity: '2026-08-20T11:30:00.123456Z' } },
      last_activity: '2026-08-20T11:10:00+00:00',
    };
    expect(readReport(body, now, knows)).toEqual({
      user: now - 30 * 60_000 + 123,
      servers: [
        { name: '', at: now - 60 * 60_000 },
        { name: 'lab', at: now - 30 * 60_000 + 123 },
      ],
    });
  });

  test.each([
    ['nothing in it', {}],
    ['an unknown server', { servers: { other: { last_activity: '2026-08-20T11:00:00Z' } } }],
    ['an unreadable time', { last_activity: 'yesterday' }],
    ['a time an hour ahead', { last_activity: '2026-08-20T13:00:00Z' }],
  ])('is refused with %s', (_, body) => {
    expect(() => readReport(body, now, knows)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('may be a little ahead: clocks differ', () => {
    expect(readReport({ last_activity: '2026-08-20T12:58:00Z' }, now, knows).user).toBe(now + 58 * 60_000);
  });
});
