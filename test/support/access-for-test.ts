import { type Access, makeAccess } from '../../packages/hubd/src/access/access.ts';
import { Directory } from '../../packages/hubd/src/access/directory.ts';
import { builtInRoles } from '../../packages/hubd/src/access/roles.ts';

/** Permissions of a hub with the built-in roles and nothing else. */
export function accessForTest(directory = new Directory()): Access {
  for (const role of builtInRoles()) directory.setRole(role);
  return makeAccess({ directory, custom: new Map(), sharedWith: () => [] });
}
