import type { oauthRoutes } from '@tshub/contract';
import { readForm, type Handlers, type Reply } from '@tshub/http';
import type { Log } from '@tshub/daemon';
import type { Caller } from '../caller/caller.ts';
import { authorize } from './authorize.ts';
import type { AuthorizeParts } from './flow.ts';
import { OAuthError } from './oauth-error.ts';
import { exchangeCode, type ExchangeParts } from './token.ts';

export interface OAuthRoutesParts {
  readonly authorize: AuthorizeParts;
  readonly exchange: ExchangeParts;
  readonly log: Pick<Log, 'info'>;
}

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' } as const;

/** Handlers of the OAuth provider. */
export function oauthHandlers(parts: OAuthRoutesParts): Handlers<typeof oauthRoutes, Caller> {
  return {
    'oauth.authorize': ({ ctx }) => authorize(ctx, parts.authorize),
    'oauth.confirm': ({ ctx }) => authorize(ctx, parts.authorize),
    async 'oauth.token'({ ctx }): Promise<Reply> {
      try {
        const { body, user, client } = await exchangeCode(await readForm(ctx.req), parts.exchange);
        parts.log.info({ event: 'token', user, client, scopes: body.scope }, `${client} got a token of ${user}`);
        return { status: 200, json: body, headers: noStore };
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        const json = {
          error: error.word,
          ...(error.description === undefined ? {} : { error_description: error.description }),
        };
        return { status: error.word === 'invalid_client' ? 401 : 400, json, headers: noStore };
      }
    },
  };
}
