import { createHash, timingSafeEqual } from 'node:crypto';

export const challengeMethods = ['S256', 'plain'] as const;

/** Whether a verifier belongs to a challenge (RFC 7636, 4.6). */
export function verifyChallenge(challenge: string, method: string, verifier: string): boolean {
  const computed = Buffer.from(
    method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier,
  );
  const expected = Buffer.from(challenge);
  return computed.length === expected.length && timingSafeEqual(computed, expected);
}
