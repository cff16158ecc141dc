import { hasSome, listable } from '../../access/require.ts';
import type { Caller } from '../../caller/caller.ts';
import type { PagesParts } from '../parts.ts';

/** As many groups as a field offers; others can be typed. */
const most = 100;

/** Names of groups that the caller may list, for a field to offer. */
export async function groupNames({ admin }: Pick<PagesParts, 'admin'>, caller: Caller): Promise<readonly string[]> {
  if (!hasSome(caller.scopes, 'list:groups')) return [];
  const only = listable(caller, 'list:groups', ['group']);
  if (only !== 'all') return only.group.slice(0, most);
  return (await admin.groups.list({ offset: 0, limit: most })).groups.map(({ name }) => name);
}
