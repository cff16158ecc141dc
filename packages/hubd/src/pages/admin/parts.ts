import type { routes } from '@tshub/contract';
import type { Calls } from '@tshub/http';
import type { Directory } from '../../access/directory.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Caller } from '../../caller/caller.ts';
import type { Groups } from '../../groups/group.ts';
import type { Roles } from '../../roles/role.ts';
import type { ServersRoom } from '../../servers/servers.ts';
import type { TokensPages } from '../../tokens/tokens-pages.ts';
import type { UsersPages } from '../../users/users-pages.ts';

/** What the pages of administrators are given beside what all pages have. They change things through `call` alone. */
export interface AdminParts {
  /** Asks the API's own routes: who may do what is decided there and nowhere else. */
  readonly call: Calls<typeof routes, Caller>;
  readonly audit: Audit;
  readonly directory: Pick<Directory, 'membersOf' | 'rolesOf'>;
  readonly groups: Pick<Groups, 'byName' | 'list'>;
  readonly roles: Pick<Roles, 'get' | 'list'>;
  readonly servers: Pick<ServersRoom, 'activeCount'>;
  readonly tokensPages: TokensPages;
  readonly usersPages: UsersPages;
}
