import { parseServerUnit, serverUnit, TshubError, userSlice } from '@tshub/contract';

/** Which server a request is about. Both names were checked; the default server is ''. */
export interface ServerName {
  readonly user: string;
  readonly server: string;
}

const longestUnitName = 255;

/** Parses the two names of a request; throws spawn_refused for names that no server of tshub can have. */
export function parseServerName(user: string, server: string): ServerName {
  requireName('user name', user);
  if (server !== '') requireName('server name', server);
  const unit = serverUnit(user, server);
  if (Math.max(unit.length, userSlice(user).length) > longestUnitName)
    throw refused(`the name ${quote(`${user}/${server}`)} is too long`);
  const back = parseServerUnit(unit);
  if (back?.user !== user || back.server !== server)
    throw refused(`the name ${quote(`${user}/${server}`)} is not usable`);
  return { user, server };
}

// Control, format, surrogate and unassigned characters, separators other than a plain space, and what means something in a path.
const forbidden = /[\p{C}\p{Zl}\p{Zp}/\\]|(?! )\p{Zs}/u;

function requireName(what: string, name: string): void {
  if (name === '') throw refused(`the ${what} is empty`);
  if (forbidden.test(name)) throw refused(`the ${what} ${quote(name)} has a character that names may not have`);
  if (name.startsWith('-') || name.startsWith('.') || name.startsWith(' ') || name.endsWith(' ')) {
    throw refused(`the ${what} ${quote(name)} begins or ends with a character that names may not begin or end with`);
  }
}

/** A value of a request as it may stand in a sentence: quoted, one line, at most 80 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The refusal of a request; the sentence goes to the hub and into the journal. */
export function refused(problem: string): TshubError {
  return new TshubError('spawn_refused', { problem });
}
