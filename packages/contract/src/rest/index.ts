import { infoRoutes } from './info.ts';
import { oauthRoutes } from './oauth.ts';
import type { Route } from './route.ts';
import { serverRoutes } from './servers.ts';
import { userRoutes } from './users.ts';

/** Every route of the REST API, by name, sorted within each noun. */
export const routes = { ...infoRoutes, ...oauthRoutes, ...serverRoutes, ...userRoutes } as const satisfies Record<
  string,
  Route
>;
export type RouteName = keyof typeof routes;

/** Where the API lives on every listener of the hub. */
export const apiBase = '/hub/api';
export { infoRoutes, oauthRoutes, serverRoutes, userRoutes };
export type { ActivityBody, UserListQuery } from './users.ts';
