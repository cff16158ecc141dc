import { groupRoutes } from './groups.ts';
import { infoRoutes } from './info.ts';
import { oauthRoutes } from './oauth.ts';
import { proxyRoutes } from './proxy.ts';
import { roleRoutes } from './roles.ts';
import type { Route } from './route.ts';
import { serverRoutes } from './servers.ts';
import { serviceRoutes } from './services.ts';
import { shareRoutes } from './shares.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';

/** Every route of the REST API, by name, sorted within each noun. */
export const routes = {
  ...groupRoutes,
  ...infoRoutes,
  ...oauthRoutes,
  ...proxyRoutes,
  ...roleRoutes,
  ...serverRoutes,
  ...serviceRoutes,
  ...shareRoutes,
  ...tokenRoutes,
  ...userRoutes,
} as const satisfies Record<string, Route>;
export type RouteName = keyof typeof routes;

/** Where the API lives on every listener of the hub. */
export const apiBase = '/hub/api';
export {
  groupRoutes,
  infoRoutes,
  oauthRoutes,
  proxyRoutes,
  roleRoutes,
  serverRoutes,
  serviceRoutes,
  shareRoutes,
  tokenRoutes,
  userRoutes,
};
export type { RouteModel } from './proxy.ts';
export type { UpdateServerBody } from './servers.ts';
export type { ServiceBody } from './services.ts';
export { newShareCodeModel, type ShareCodeModel, type ShareModel, shareModel, type ShareTargetBody } from './shares.ts';
export type { NewTokenBody } from './tokens.ts';
export type { ActivityBody, UpdateUserBody, UserListQuery } from './users.ts';
