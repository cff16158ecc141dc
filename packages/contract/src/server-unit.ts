import { createHash } from 'node:crypto';
import { paths, units } from './names.ts';

/**
 * Names that belong to one server of one user. The default server has the empty name.
 * All daemons derive them from here, so a unit that runs can be matched with its row, its route and its log.
 */

/** Escapes one part of a unit name as systemd-escape does, and `-` as well, so that `-` only ever separates user from server. */
export function escapeUnitPart(text: string): string {
  return text.replace(/[^A-Za-z0-9:_.]|^\./gu, (char) =>
    [...Buffer.from(char, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

export function unescapeUnitPart(text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const match = /^\\x([0-9a-f]{2})/.exec(text.slice(i, i + 4));
    if (match?.[1] !== undefined) {
      bytes.push(Number.parseInt(match[1], 16));
      i += 3;
    } else bytes.push(text.charCodeAt(i));
  }
  return Buffer.from(bytes).toString('utf8');
}

export const serverUnitPattern = 'tshub-server-*.service';

/** `tshub-server-ada.service`, `tshub-server-ada-lab.service`; injective, because `-` inside a part is escaped. */
export function serverUnit(user: string, server: string): string {
  const suffix = server === '' ? '' : `-${escapeUnitPart(server)}`;
  return `tshub-server-${escapeUnitPart(user)}${suffix}.service`;
}

/** The reverse of serverUnit; null for a unit that is not ours. */
export function parseServerUnit(unit: string): { user: string; server: string } | null {
  const match = /^tshub-server-([^-]+)(?:-([^-]+))?\.service$/.exec(unit);
  if (match?.[1] === undefined) return null;
  return { user: unescapeUnitPart(match[1]), server: match[2] === undefined ? '' : unescapeUnitPart(match[2]) };
}

/** `tshub-users-ada.slice`, below tshub-users.slice: all servers of one person share its limits. */
export function userSlice(user: string, parent: string = units.usersSlice): string {
  return `${parent.slice(0, -'.slice'.length)}-${escapeUnitPart(user)}.slice`;
}

/** The control group of all servers of one person, below the mount of cgroup v2: `-` in a slice's name is one step down. */
export function userCgroup(user: string, parent: string = units.usersSlice): string {
  const steps = userSlice(user, parent).slice(0, -'.slice'.length).split('-');
  return steps.map((_, i) => `/${steps.slice(0, i + 1).join('-')}.slice`).join('');
}

export function serverCgroup(user: string, server: string, parent: string = units.usersSlice): string {
  return `${userCgroup(user, parent)}/${serverUnit(user, server)}`;
}

/** 16 hex digits that name a server's folders: short enough for a socket path (107 bytes), never chosen by a user. */
export function serverId(user: string, server: string): string {
  return createHash('sha256').update(`${user}\0${server}`).digest('hex').slice(0, 16);
}

/** 16 hex digits that name a dynamic user's state directory, shared by that user's servers. */
export function dynamicUserId(user: string): string {
  return createHash('sha256').update(`dynamic\0${user}`).digest('hex').slice(0, 16);
}

export function serverSocket(user: string, server: string): string {
  return `${paths.serverSockets}/${serverId(user, server)}/sock`;
}

/** Percent-encodes a name for a URL path as the peer does: everything but unreserved characters, `@` and `~` (its contract, 6.6). */
export function escapeName(name: string): string {
  // Nearly every name is.
  if (/^[A-Za-z0-9_.~@-]+$/.test(name)) return name;
  return encodeURIComponent(name)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%40/g, '@');
}

/** `/user/ada/` or `/user/ada/lab/`. */
export function serverPrefix(user: string, server: string): string {
  return server === '' ? `/user/${escapeName(user)}/` : `/user/${escapeName(user)}/${escapeName(server)}/`;
}

/** `ada/` for the default server, `ada/lab` for a named one: the form used in scopes. */
export function serverFullName(user: string, server: string): string {
  return `${user}/${server}`;
}

/**
 * OAuth client id of a server, which is also the name of its cookie: `jupyterhub-user-` + name [+ `!` + server], percent-encoded but for `/`.
 * Not `-` before the server as with the peer (its contract, 4.1): the server "lab" of ada would be the client of a user called ada-lab.
 */
export function serverClientId(user: string, server: string): string {
  const quote = (text: string): string => escapeName(text).replaceAll('@', '%40').replaceAll('%2F', '/');
  return server === '' ? `jupyterhub-user-${quote(user)}` : `jupyterhub-user-${quote(user)}!${quote(server)}`;
}
