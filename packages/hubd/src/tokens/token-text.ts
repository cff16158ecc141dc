import { hash, randomBytes, randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 hex digits, as the peer's API tokens. */
export function newApiToken(): string {
  return randomBytes(16).toString('hex');
}

/** 30 letters and digits (178 bits), as the peer's OAuth tokens and codes. */
export function newOAuthToken(): string {
  return Array.from({ length: 30 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Tokens are random and long, so one round of a plain hash is enough to keep a stolen database useless. */
export function hashSecret(text: string): string {
  return hash('sha256', text, 'hex');
}

/** What a row is found by; the rest of the text is only there as a hash. */
export function prefixOf(text: string): string {
  return text.slice(0, 8);
}
