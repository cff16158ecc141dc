import * as z from 'zod';
import { checkTogether } from './check-together.ts';
import { culler } from './sections/culler.ts';
import { hub } from './sections/hub.ts';
import { liveLimits } from './sections/live-limits.ts';
import { pages } from './sections/pages.ts';
import { customScopes, groups, roles } from './sections/permissions.ts';
import { logging } from './sections/logging.ts';
import { login } from './sections/login.ts';
import { oidc } from './sections/oidc.ts';
import { profiles } from './sections/profiles.ts';
import { proxyApi } from './sections/proxy-api.ts';
import { proxyRoutes } from './sections/proxy-routes.ts';
import { proxyTls } from './sections/proxy-tls.ts';
import { proxy } from './sections/proxy.ts';
import { services } from './sections/services.ts';
import { tokens } from './sections/tokens.ts';
import { spawner } from './sections/spawner/spawner.ts';

/** The whole of tshub.toml. */
export const schema = z
  .strictObject({
    culler,
    custom_scopes: customScopes,
    groups,
    hub,
    live_limits: liveLimits,
    logging,
    login,
    oidc,
    pages,
    profiles,
    proxy,
    proxy_api: proxyApi,
    proxy_routes: proxyRoutes,
    proxy_tls: proxyTls,
    roles,
    services,
    spawner,
    tokens,
  })
  .superRefine(checkTogether);

export type Settings = z.output<typeof schema>;
