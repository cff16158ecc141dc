import { accounts, paths } from '@tshub/contract';

/** A folder that a backup holds. Whoever could put a link into it reads it for the backup: root follows nobody's links. */
export interface Place {
  readonly path: string;
  readonly account: string;
  /** Only these files of it; all that is in it, if left out. */
  readonly only?: readonly string[];
}

export const places: readonly Place[] = [
  { path: '/etc/tshub', account: 'root' },
  { path: paths.hubState, account: accounts.hub, only: [baseOf(paths.cookieKey)] },
  { path: paths.proxyKeys, account: accounts.proxy },
];

/** The name of a place in an archive: its path without the slash in front. */
export function prefixOf({ path }: Place): string {
  return path.slice(1);
}

export function placeOf(archived: string): Place | undefined {
  return places.find((place) => archived === prefixOf(place) || archived.startsWith(`${prefixOf(place)}/`));
}

export const databaseEntry = paths.database.slice(1);

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
