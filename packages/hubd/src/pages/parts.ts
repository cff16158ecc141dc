import type { Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import type { Caller } from '../caller/caller.ts';
import type { AuthStep } from '../login/authenticators/authenticator.ts';
import type { Login } from '../login/login.ts';
import type { Oidc } from '../login/oidc/oidc.ts';
import type { Sessions, Xsrf } from '../login/session.ts';
import type { OAuthClients } from '../oauth/client.ts';
import type { Servers } from '../servers/server.ts';
import type { Services } from '../services/service.ts';
import type { AcceptShare } from '../shares/accept-share.ts';
import type { ShareCodes, Shares } from '../shares/share.ts';
import type { TokenOrders } from '../tokens/token-orders.ts';
import type { Tokens } from '../tokens/token.ts';
import type { UsersStore } from '../users/user.ts';
import type { AdminParts } from './admin/parts.ts';

/** What the pages are given by hub.ts. */
export interface PagesParts {
  readonly access: Access;
  readonly settings: () => Settings;
  readonly clock: { now(): number };
  readonly log: Log;
  readonly sessions: Sessions;
  readonly xsrf: Xsrf;
  readonly login: Login;
  readonly oidc: Oidc;
  /** Makes up a guest. */
  readonly guests: () => Promise<AuthStep>;
  readonly users: Pick<UsersStore, 'byId' | 'byName'>;
  readonly tokens: Pick<Tokens, 'byId' | 'ofUser' | 'revokeSession'>;
  readonly tokenOrders: TokenOrders;
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly servers: Servers;
  readonly services: Pick<Services, 'list'>;
  readonly shares: Pick<Shares, 'list' | 'sharedWith'>;
  readonly shareCodes: Pick<ShareCodes, 'list'>;
  readonly acceptShare: AcceptShare;
  /** What the pages of administrators need beside. */
  readonly admin: AdminParts;
  /** Counts what browsers report about our pages. */
  readonly countReport: () => void;
  /** By token or by cookie; for `/hub/user/...`, which scripts of JupyterLab and tools ask. */
  readonly identify: (ctx: Context, options?: { xsrf?: boolean }) => Promise<Caller | null>;
  /** Puts right what proxyd's routes lack: somebody came to the hub whose server is ready. */
  readonly repairRoutes?: () => Promise<void>;
  /** Injected by tests. */
  readonly wait?: (ms: number) => Promise<void>;
}
