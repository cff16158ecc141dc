import { shareModel, type ShareModel, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { allPages, texts, withClient } from './rest.ts';
import { readSpan } from './token.ts';

/** A server as it was typed: of whoever types it, unless said otherwise. Root must say it. */
export function serverOf(
  context: Context,
  [user = context.user, server = '']: Input['args'],
): {
  user: string;
  server: string;
} {
  if (user === 'root')
    throw new TshubError('bad_request', { problem: 'expected a user, since root is none of the hub' });
  return { user, server };
}

export async function listShares(context: Context, { args }: Input): Promise<Outcome> {
  const { user, server } = serverOf(context, args);
  const shares = await withClient(context, [`read:shares!user=${user}`], (client) =>
    allPages(async (offset) => {
      const query = { offset: String(offset) };
      // Without a name it is about all servers of the user, also about the default one.
      const { data } =
        args[1] === undefined
          ? await client['shares.list']({ params: { user }, query })
          : await client['shares.listServer']({ params: { user, server }, query });
      return data.items;
    }),
  );
  return {
    json: { shares },
    text: (screen) => {
      if (shares.length === 0) return `${user} shares nothing.`;
      return renderTable(
        shares,
        [
          { title: 'SERVER', cell: (share) => `${share.server.user.name}/${share.server.name}`, canShrink: true },
          { title: 'WITH', cell: targetOf, canShrink: true },
          { title: 'SCOPES', cell: namesOf, canShrink: true },
        ],
        screen,
      );
    },
  };
}

export async function grantShare(context: Context, { args, options }: Input): Promise<Outcome> {
  const params = serverOf(context, args);
  const targets = targetsOf(options);
  const scopes = [...texts(options['scope'])];
  // Nobody is shared with whose name may not be known, nor more than the token itself may do.
  const needed = [
    `shares!user=${params.user}`,
    ...targets.map(({ kind, name }) => `read:${kind}s:name!${kind}=${name}`),
    ...forServer(scopes, params),
  ];
  const shares = await withClient(context, needed, async (client) => {
    const made: ShareModel[] = [];
    for (const { kind, name } of targets) {
      const body = { [kind]: name, ...(scopes.length > 0 && { scopes }) };
      made.push((await client['shares.grant']({ params, body })).data);
    }
    return made;
  });
  return {
    json: { shares },
    text: () =>
      shares.map((share) => `${labelOf(params)} is shared with ${targetOf(share)}: ${namesOf(share)}`).join('\n'),
  };
}

export async function revokeShare(context: Context, { args, options }: Input): Promise<Outcome> {
  const params = serverOf(context, args);
  const needed = [`shares!user=${params.user}`];
  if (options['everyone'] === true) {
    await withClient(context, needed, (client) => client['shares.revokeAll']({ params }));
    return { json: { left: [] }, text: () => `${labelOf(params)} is shared with nobody any more` };
  }
  const codes = texts(options['code']);
  if (codes.length > 0) {
    await withClient(context, needed, async (client) => {
      for (const id of codes) await client['shareCodes.revoke']({ params, query: { id } });
    });
    return {
      json: { revoked: codes },
      text: () => codes.map((id) => `the link ${id} lets into ${labelOf(params)} no longer`).join('\n'),
    };
  }
  const targets = targetsOf(options);
  const scopes = [...texts(options['scope'])];
  const left = await withClient(context, needed, async (client) => {
    const shares: ShareModel[] = [];
    for (const { kind, name } of targets) {
      const body = { [kind]: name, ...(scopes.length > 0 && { scopes }) };
      const { data } = await client['shares.revoke']({ params, body });
      // {} when nothing is left.
      const share = shareModel.safeParse(data).data;
      if (share !== undefined) shares.push(share);
    }
    return shares;
  });
  const isLeft = (kind: string, name: string): ShareModel | undefined =>
    left.find((share) => share.kind === kind && (share.user ?? share.group)?.name === name);
  return {
    json: { left },
    text: () =>
      targets
        .map(({ kind, name }) => {
          const share = isLeft(kind, name);
          const what = share === undefined ? 'nothing' : namesOf(share);
          return `${labelOf(params)} is shared with ${kind} ${name}: ${what}`;
        })
        .join('\n'),
  };
}

export async function makeShareCode(context: Context, { args, options }: Input): Promise<Outcome> {
  const params = serverOf(context, args);
  const scopes = [...texts(options['scope'])];
  const life = options['expires-in'];
  const body = {
    ...(scopes.length > 0 && { scopes }),
    ...(typeof life === 'string' && { expires_in: readSpan(life) }),
  };
  const needed = [`shares!user=${params.user}`, ...forServer(scopes, params)];
  const { data } = await withClient(context, needed, (client) => client['shareCodes.create']({ params, body }));
  // The address and nothing else, to be sent to somebody.
  return { json: { code: data }, text: () => data.full_accept_url ?? data.accept_url };
}

type Target = { readonly kind: 'group' | 'user'; readonly name: string };

function targetsOf(options: Input['options']): readonly Target[] {
  const targets = (['user', 'group'] as const).flatMap((kind) =>
    texts(options[kind]).map((name) => ({ kind, name }) satisfies Target),
  );
  if (targets.length > 0) return targets;
  throw new TshubError('bad_request', { problem: 'expected --user NAME or --group NAME, with whom it is shared' });
}

function forServer(scopes: readonly string[], { user, server }: { user: string; server: string }): string[] {
  return scopes.map((scope) => (scope.includes('!') ? scope : `${scope}!server=${user}/${server}`));
}

function targetOf({ kind, user, group }: ShareModel): string {
  return `${kind} ${(user ?? group)?.name ?? ''}`;
}

/** All of them are about this one server. */
function namesOf({ scopes }: ShareModel): string {
  return scopes.map((scope) => scope.split('!')[0]).join(', ');
}

function labelOf({ user, server }: { user: string; server: string }): string {
  return `server ${user}/${server}`;
}
