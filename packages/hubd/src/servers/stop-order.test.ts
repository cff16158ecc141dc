import { expect, test } from 'vitest';
import type { Caller, Owner } from '../caller/caller.ts';
import { stopOrder } from './stop-order.ts';

function caller(owner: Owner): Caller {
  return { owner, scopes: new Set(), via: 'bus', tokenId: null, sessionId: null, from: 'uid 0' };
}
const ada = caller({ kind: 'user', id: 1, name: 'ada', admin: false });
const bob = caller({ kind: 'user', id: 2, name: 'bob', admin: true });

test('who stops their own server is not told that they did', () => {
  expect(stopOrder(ada, 'ada', '')).toMatchObject({ lastEnd: '', told: ' by its owner' });
});

test("an administrator's stop is told to the owner with its reason, but not who it was", () => {
  expect(stopOrder(bob, 'ada', 'maintenance')).toMatchObject({
    lastEnd: 'The server was stopped by an administrator: maintenance',
    told: ' by bob: maintenance',
  });
});

test("the culler's stop is an event of its own", () => {
  expect(stopOrder(caller({ kind: 'service', name: 'culler' }), 'ada', '')).toMatchObject({
    event: 'server-culled',
    lastEnd: 'The server was stopped: it was idle',
  });
});

test('a reason is one line of at most 200 characters', () => {
  const { lastEnd } = stopOrder(bob, 'ada', `a\nb\u001b${'x'.repeat(500)}`);
  expect(lastEnd).toMatch(/^The server was stopped by an administrator: a b x+…$/);
  expect(lastEnd.length).toBe('The server was stopped by an administrator: '.length + 200);
});
