import { describe, expect, test } from 'vitest';
import { verifyChallenge } from './pkce.ts';

describe('a verifier', () => {
  test('fits the challenge of RFC 7636, appendix B', () => {
    expect(
      verifyChallenge(
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        'S256',
        'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      ),
    ).toBe(true);
    expect(
      verifyChallenge(
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        'S256',
        'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl',
      ),
    ).toBe(false);
  });

  test('is the challenge itself when that is plain', () => {
    expect(verifyChallenge('abc', 'plain', 'abc')).toBe(true);
    expect(verifyChallenge('abc', 'plain', 'abcd')).toBe(false);
  });
});
