import { type UserOrder, userOrders, type UserPlace, type UserSearch, type UserTurn } from '../../users/users-pages.ts';

/** What a list of users is asked for, as it stands in the address of the page. */
export interface UsersView {
  readonly search: Omit<UserSearch, 'only'>;
  readonly turn: UserTurn;
}

/** The words of the API where it has them: name_filter, state, sort. What is no answer to any of it is as if not said. */
export function readUsersView(query: URLSearchParams): UsersView {
  const sort = query.get('sort') ?? '';
  const state = query.get('state') ?? '';
  const after = readPlace(query.get('after'));
  const before = readPlace(query.get('before'));
  return {
    search: {
      order: isOrder(sort) ? sort : 'running',
      name: (query.get('name_filter') ?? '').trim().slice(0, 255),
      state: state === 'active' || state === 'inactive' ? state : 'any',
      group: (query.get('group') ?? '').trim().slice(0, 255),
      onlyAdmins: query.get('admin') === '1',
    },
    turn: after !== null ? { after } : before !== null ? { before } : null,
  };
}

/** What a search is in an address or in the hidden fields of a form; what is as usual is left out. */
export function searchFields({ order, name, state, group, onlyAdmins }: UsersView['search']): [string, string][] {
  const fields: [string, string][] = [
    ['name_filter', name],
    ['state', state === 'any' ? '' : state],
    ['group', group],
    ['admin', onlyAdmins ? '1' : ''],
    ['sort', order === 'running' ? '' : order],
  ];
  return fields.filter(([, value]) => value !== '');
}

export function usersPath(search: UsersView['search'], turn: UserTurn = null): string {
  const fields = searchFields(search);
  if (turn !== null && 'after' in turn) fields.push(['after', writePlace(turn.after)]);
  if (turn !== null && 'before' in turn) fields.push(['before', writePlace(turn.before)]);
  return fields.length === 0 ? '/hub/admin' : `/hub/admin?${new URLSearchParams(fields).toString()}`;
}

function writePlace({ part, key, id }: UserPlace): string {
  return Buffer.from(JSON.stringify([part, key, id])).toString('base64url');
}

const parts: ReadonlySet<unknown> = new Set<UserPlace['part']>(['all', 'never', 'rest', 'running', 'seen']);

function readPlace(text: string | null): UserPlace | null {
  if (text === null || text.length > 2000) return null;
  try {
    const [part, key, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const isKey = typeof key === 'string' || Number.isSafeInteger(key);
    if (!parts.has(part) || !isKey || !Number.isSafeInteger(id)) return null;
    return { part: part as UserPlace['part'], key: key as number | string, id: id as number };
  } catch {
    return null;
  }
}

function isOrder(text: string): text is UserOrder {
  return (userOrders as readonly string[]).includes(text);
}
