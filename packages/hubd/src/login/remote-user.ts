import type { IncomingHttpHeaders } from 'node:http';
import type { Settings } from '@tshub/config';
import type { AuthStep } from './authenticators/authenticator.ts';
import { hubUserName } from './user-name.ts';

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

/** Whether the web server says, on this request, that it is somebody else: one who shares a browser and logged in there anew. */
export function isSomebodyElse(rules: Settings['login'], headers: IncomingHttpHeaders, user: string): boolean {
  if (rules.authenticator !== 'remote-user' || headers[remoteUserHeader] === undefined) return false;
  const step = stepOfRemoteUser(headers);
  return step.kind !== 'ok' || hubUserName(rules, step.user, false) !== user;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}
