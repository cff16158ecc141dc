import type { IncomingHttpHeaders } from 'node:http';
import type { AuthStep } from './authenticators/authenticator.ts';

/**
 * Where proxyd writes whom a trusted web server vouches for. It takes the header of this name away from every request that it did not
 * write it into itself, and hub-listeners.ts does so for whatever does not come through proxyd: a browser cannot send it.
 */
export const remoteUserHeader = 'x-tshub-remote-user';

/** Who the web server in front says it is; refused when it says nothing. */
export function stepOfRemoteUser(headers: IncomingHttpHeaders): AuthStep {
  const value = headers[remoteUserHeader];
  // Header values are bytes; names are written in UTF-8.
  const name = typeof value === 'string' ? decode(Buffer.from(value, 'latin1')).trim() : '';
  if (name === '')
    return { kind: 'refused', reason: 'no-name', text: 'The web server in front of this hub did not say who you are.' };
  return { kind: 'ok', user: name, groups: [] };
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}
