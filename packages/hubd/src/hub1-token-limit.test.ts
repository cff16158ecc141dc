import { expect, test } from 'vitest';
import { makeTokenLimit, mostTokensOfUid } from './hub1-token-limit.ts';

test('one uid cannot have tokens without end, others and root are not concerned, and it ends with the tokens', () => {
  let now = 1_000_000;
  const count = makeTokenLimit({ now: () => now }, 600_000);
  const many = (uid: number): void => {
    for (let i = 0; i < mostTokensOfUid; i++) count(uid);
  };
  many(1000);
  expect(() => count(1000)).toThrow('uid 1000 has 600 tokens');
  count(1001);
  many(0);
  count(0);
  now += 600_000;
  count(1000);
});
