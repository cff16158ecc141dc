import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import { translated } from '../languages/sayings.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { adminStrings } from '../strings-admin.ts';
import { makeActivityPage } from './activity-routes.ts';
import { makeAddUsers } from './add-users.ts';
import { makeBulkPages } from './bulk-routes.ts';
import { makeGroupPages } from './groups-routes.ts';
import { Jobs } from './jobs.ts';
import { makeLimitsPage } from './limits-routes.ts';
import { Loads } from './load.ts';
import { makeRolePages } from './roles-routes.ts';
import { makeServerOrders } from './servers-routes.ts';
import { makeServicePages } from './services-routes.ts';
import { makeTokensPage } from './tokens-routes.ts';
import { makeUserPage } from './user-routes.ts';
import { makeUsersPage } from './users-routes.ts';

/** `/hub/admin` and below: what administrators see, as far as their scopes go. */
export function makeAdminPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const loads = new Loads((user, name) => parts.servers.usage(user, name), parts.clock);
  const jobs = new Jobs((error, { title }) => {
    if (error instanceof TshubError && error.status < 500) return translated(error.message);
    parts.log.error({ error }, `An action on many users failed inside for one of them; it goes on: ${title}`);
    return error instanceof TshubError ? translated(error.message) : adminStrings.job.inside;
  });
  const rooms = [
    makeUsersPage(parts, frame, loads, jobs),
    makeUserPage(parts, frame, loads),
    makeLimitsPage(parts, frame, loads),
    makeServerOrders(parts),
    makeGroupPages(parts, frame),
    makeRolePages(parts, frame),
    makeServicePages(parts, frame),
    makeTokensPage(parts, frame),
    makeActivityPage(parts, frame),
    makeAddUsers(parts, frame),
    makeBulkPages(parts, frame, jobs),
  ];
  return (router) => {
    for (const mountRoom of rooms) mountRoom(router);
  };
}
