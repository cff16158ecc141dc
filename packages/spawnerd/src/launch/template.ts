import type { ServerName } from '../request.ts';

/** Puts the names into a text of root's settings. Names hold no "/" and begin with no ".", so a path stays below where root wrote it. */
export function expandNames(text: string, { user, server }: ServerName): string {
  // In one pass: a user may be called "{SERVERNAME}".
  return text.replaceAll(/\{(USERNAME|user|SERVERNAME)\}/g, (_, name) => (name === 'SERVERNAME' ? server : user));
}
