import { type shareRoutes, TshubError } from '@tshub/contract';
import { type Exchange, type Handlers, pageWith, readPage, type Reply } from '@tshub/http';
import type { Caller } from '../caller/caller.ts';
import type { SharedServer } from './share.ts';
import { readShareScopes, requireShareable } from './share-rules.ts';
import { knownServer, pageLimits, type SharesRoutesParts } from './shares-parts.ts';
import { acceptUrls, shareCodeModelOf } from './shares-view.ts';

/** Seconds, if nobody says how long: a day. */
const usualLifetime = 86_400;

type CodeRoutes = {
  readonly [
    Name in keyof typeof shareRoutes as Name extends `shareCodes.${string}` ? Name : never
  ]: (typeof shareRoutes)[Name];
};

/** Handlers about share codes. */
export function shareCodeHandlers(
  parts: SharesRoutesParts,
  note: (caller: Caller, server: SharedServer, what: string) => void,
): Handlers<CodeRoutes, Caller> {
  const { access, codes, shares, users } = parts;
  const serverOf = knownServer(shares);
  const list = async (
    ctx: Exchange,
    query: Parameters<typeof readPage>[1],
    of: Parameters<typeof codes.list>[0],
  ): Promise<Reply> => {
    const page = readPage(ctx, query, pageLimits(parts));
    const { items, total } = await codes.list(of, page);
    const models = items.map((code) => shareCodeModelOf(parts, code));
    return pageWith(ctx, page, total, models);
  };

  return {
    async 'shareCodes.create'({ caller, params, body }) {
      const server = await serverOf(params.user, params.server);
      const scopes = readShareScopes(access, server, body?.scopes);
      requireShareable(access, caller, server, scopes);
      const { code, text } = await codes.create(server, scopes, body?.expires_in ?? usualLifetime);
      note(caller, server, `got the share code sc_${code.id} (${code.scopes.join(' ')})`);
      return { status: 200, json: { ...shareCodeModelOf(parts, code), code: text, ...acceptUrls(parts, text) } };
    },
    async 'shareCodes.list'({ ctx, params, query }) {
      if ((await users.byName(params.user)) === undefined)
        throw new TshubError('not_found', { what: `User ${params.user}` });
      return list(ctx, query, { owner: params.user });
    },
    async 'shareCodes.listServer'({ ctx, params, query }) {
      const { id } = await serverOf(params.user, params.server);
      return list(ctx, query, { serverId: id });
    },
    async 'shareCodes.revoke'({ caller, params, query }) {
      const server = await serverOf(params.user, params.server);
      const isOne = query.code !== undefined || query.id !== undefined;
      const count = await codes.revoke(server, {
        ...(query.code === undefined ? {} : { text: query.code }),
        ...(query.id === undefined ? {} : { id: readId(query.id) }),
      });
      if (isOne && count === 0) throw new TshubError('not_found', { what: 'Share code' });
      note(caller, server, `lost ${count} share codes`);
      return { status: 204 };
    },
  };
}

/** `sc_12` -> 12. */
function readId(text: string): number {
  const id = /^sc_(\d{1,9})$/.exec(text)?.[1];
  if (id === undefined) throw new TshubError('not_found', { what: 'Share code' });
  return Number(id);
}
