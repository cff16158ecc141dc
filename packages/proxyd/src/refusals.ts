import type { Refusal } from './error-page.ts';

/** What is answered for limits that a request has met. */
export const tooLarge: Refusal = { status: 413, says: 'The request is larger than this hub allows' };
export const tooManyOfAddress: Refusal = { status: 429, says: 'Too many requests are under way from this address' };
export const tooManyUpgrades: Refusal = { status: 503, says: 'Too many websockets are being opened there' };
