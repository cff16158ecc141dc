import type { Settings } from '@tshub/config';
import { version, type infoRoutes } from '@tshub/contract';
import type { Handlers, Reply } from '@tshub/http';
import type { Context } from 'koa';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { ShutDown } from './shut-down.ts';

export interface InfoParts {
  readonly settings: () => Settings;
  /** What runs the hub: a version sentence and the path of the program. */
  readonly runtime: { readonly version: string; readonly executable: string };
  readonly showMetrics: (ctx: Context) => Promise<Reply>;
  readonly shutDown: ShutDown;
}

/** Handlers about the hub itself. The version is the peer's that we speak for, which clients parse. */
export function infoHandlers({
  settings,
  runtime,
  showMetrics,
  shutDown,
}: InfoParts): Handlers<typeof infoRoutes, Caller> {
  return {
    'info.get': () => ({
      status: 200,
      json: {
        version: settings().hub.jupyterhub_version,
        // The peer's names; clients show them and look no further.
        python: runtime.version,
        sys_executable: runtime.executable,
        spawner: { class: 'tshub.spawnerd', version },
        authenticator: { class: `tshub.${settings().login.authenticator}`, version },
      },
    }),
    'info.metrics': ({ ctx }) => showMetrics(ctx),
    'info.shutdown'({ ctx, caller, body }) {
      // Whoever asked hears of it before the hub is gone.
      ctx.res.once('close', () => shutDown(byWhom(caller), { servers: body?.servers ?? false }));
      return { status: 202, json: { message: 'Shutting down Hub' } };
    },
    'info.health': () => ({ status: 200, text: '', type: 'text/html' }),
    'info.version': () => ({
      status: 200,
      json: { version: settings().hub.jupyterhub_version },
      headers: { 'Access-Control-Allow-Origin': '*' },
    }),
  };
}
