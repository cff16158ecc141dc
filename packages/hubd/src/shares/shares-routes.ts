import { type shareRoutes, TshubError } from '@tshub/contract';
import { type Exchange, type Handlers, pageWith, readPage, type Reply } from '@tshub/http';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import { shareCodeHandlers } from './share-codes-routes.ts';
import { type Share, type SharedServer, sharedWith, type SharesOf, type ShareTarget } from './share.ts';
import { namedTarget, readShareScopes, requireShareable, requireToKnow } from './share-rules.ts';
import { knownServer, pageLimits, type SharesRoutesParts } from './shares-parts.ts';
import { shareModelOf } from './shares-view.ts';

type Paging = { readonly offset?: string | undefined; readonly limit?: string | undefined };
type Named = Pick<ShareTarget, 'kind' | 'name'>;

/** Handlers about shares; those about codes are in a file of their own. */
export function sharesHandlers(parts: SharesRoutesParts): Handlers<typeof shareRoutes, Caller> {
  const { access, shares, log } = parts;
  const serverOf = knownServer(shares);
  const find = async ({ kind, name }: Named): Promise<ShareTarget | undefined> => {
    const row = await (kind === 'user' ? parts.users : parts.groups).byName(name);
    return row === undefined ? undefined : { kind, id: row.id, name };
  };
  const known = async (named: Named): Promise<ShareTarget> => {
    const target = await find(named);
    if (target !== undefined) return target;
    if (named.kind === 'group') throw new TshubError('group_unknown', { group: named.name });
    throw new TshubError('not_found', { what: `User ${named.name}` });
  };
  const note = (caller: Caller, { user, name }: SharedServer, what: string, target?: ShareTarget): void =>
    log.info(
      { event: 'share-changed', user, server: name, ...byWhom(caller), ...sharedWith(target) },
      `server ${user}/${name} ${what} by ${caller.owner.name}`,
    );
  const list = async (ctx: Exchange, query: Paging, of: SharesOf): Promise<Reply> => {
    const page = readPage(ctx, query, pageLimits(parts));
    const { items, total } = await shares.list(of, page);
    const models = items.map((share) => shareModelOf(parts, share));
    return pageWith(ctx, page, total, models);
  };
  /** What somebody was given of one server. */
  const given = async (named: Named, { owner, server }: { owner: string; server: string }): Promise<Share> => {
    const target = await known(named);
    const row = await shares.server(owner, server);
    const share = row === undefined ? undefined : await shares.find(row, target);
    if (share !== undefined) return share;
    // In the same words whether there is such a server or not: whoever asks may know nothing of its owner.
    throw new TshubError('not_found', { what: `Share of ${owner}/${server} with ${named.kind} ${named.name}` });
  };
  const show = (share: Share): Reply => ({ status: 200, json: shareModelOf(parts, share) });
  const leave = async (caller: Caller, { server, target }: Share): Promise<Reply> => {
    await shares.revoke(server, target, null);
    note(caller, server, `is not shared with ${target.kind} ${target.name} any more; it was given up`, target);
    return { status: 204 };
  };

  return {
    ...shareCodeHandlers(parts, note),
    'shares.getGroup': async ({ params }) => show(await given({ kind: 'group', name: params.group }, params)),
    'shares.getUser': async ({ params }) => show(await given({ kind: 'user', name: params.user }, params)),
    async 'shares.grant'({ caller, params, body }) {
      const server = await serverOf(params.user, params.server);
      const scopes = readShareScopes(access, server, body.scopes);
      requireShareable(access, caller, server, scopes);
      const named = namedTarget(body);
      requireToKnow(access, caller, named);
      const target = await find(named);
      if (target === undefined)
        throw new TshubError('bad_request', { problem: `No such ${named.kind}: ${named.name.slice(0, 80)}` });
      const share = await shares.grant(server, target, scopes);
      note(caller, server, `was shared with ${target.kind} ${target.name} (${share.scopes.join(' ')})`, target);
      return show(share);
    },
    'shares.leaveGroup': async ({ caller, params }) =>
      leave(caller, await given({ kind: 'group', name: params.group }, params)),
    'shares.leaveUser': async ({ caller, params }) =>
      leave(caller, await given({ kind: 'user', name: params.user }, params)),
    async 'shares.list'({ ctx, params, query }) {
      const { name } = await known({ kind: 'user', name: params.user });
      return list(ctx, query, { owner: name });
    },
    async 'shares.listServer'({ ctx, params, query }) {
      const { id } = await serverOf(params.user, params.server);
      return list(ctx, query, { serverId: id });
    },
    async 'shares.listWithGroup'({ ctx, params, query }) {
      const { id } = await known({ kind: 'group', name: params.group });
      return list(ctx, query, { groupId: id });
    },
    async 'shares.listWithUser'({ ctx, params, query }) {
      const { id } = await known({ kind: 'user', name: params.user });
      return list(ctx, query, { userId: id });
    },
    async 'shares.revoke'({ caller, params, body }) {
      const server = await serverOf(params.user, params.server);
      const scopes = body.scopes == null ? null : readShareScopes(access, server, body.scopes);
      // Of somebody whom there is not, nothing has to be taken.
      const target = await find(namedTarget(body));
      if (target === undefined) return { status: 200, json: {} };
      const { taken, left } = await shares.revoke(server, target, scopes);
      const words = `is shared ${left === undefined ? 'no more' : 'less'} with ${target.kind} ${target.name}`;
      if (taken.length > 0) note(caller, server, `${words} (${taken.join(' ')} was taken back)`, target);
      return left === undefined ? { status: 200, json: {} } : show(left);
    },
    async 'shares.revokeAll'({ caller, params }) {
      const server = await serverOf(params.user, params.server);
      await shares.revokeAll(server);
      note(caller, server, 'is shared with nobody any more');
      return { status: 204 };
    },
  };
}
