import { randomInt } from 'node:crypto';
import type { Settings } from '@tshub/config';
import type { AuthStep } from './authenticator.ts';

export const guestPrefix = 'guest-';

/** None that look alike, and no vowels: names shall not spell anything. */
const letters = 'bcdfghjkmnpqrstvwxz23456789';

/** A name for somebody who has none here; refused when there are as many guests as there may be. */
export function makeGuests(settings: () => Settings, countGuests: () => Promise<number>): () => Promise<AuthStep> {
  return async () => {
    if ((await countGuests()) >= settings().login.guest_limit)
      return { kind: 'refused', reason: 'no-room', text: 'All places for guests are taken. Please try again later.' };
    const name = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('');
    return { kind: 'ok', user: `${guestPrefix}${name}`, groups: [] };
  };
}
