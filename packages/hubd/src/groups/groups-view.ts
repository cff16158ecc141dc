import type { GroupModel } from '@tshub/contract';
import type { Directory } from '../access/directory.ts';
import type { Group } from './group.ts';

/** Everything that the API can say of a group; what a caller may see of it is for access/filter.ts. */
export function groupModelOf({ name, properties }: Group, directory: Directory): GroupModel {
  return {
    kind: 'group',
    name,
    roles: [...directory.rolesOf('group', name)].toSorted(),
    users: [...directory.membersOf(name)].toSorted(),
    properties: { ...properties },
  };
}
