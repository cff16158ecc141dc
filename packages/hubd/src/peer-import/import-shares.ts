import type { PeerImport } from '@tshub/contract';
import { readShareScopes } from '../shares/share-rules.ts';
import type { ShareTarget } from '../shares/share.ts';
import type { User } from '../users/user.ts';
import { attempt, type Importing } from './importing.ts';

type PeerShare = PeerImport['shares'][number];

/** Who may come into whose server. The server's row is made if it has none: a share is about a server that there is. */
export async function importShares(importing: Importing, shares: PeerImport['shares']): Promise<void> {
  for (const share of shares) {
    const label = `${share.user}/${share.server} with ${share.with.kind} ${share.with.name}`;
    const owner = importing.known.get(share.user);
    const target = await targetOf(importing, share);
    if (owner === undefined) importing.note('share', label, 'skip', 'its owner does not come along');
    else if (target === undefined && importing.apply)
      importing.note('share', label, 'skip', `there is no ${share.with.kind} of that name`);
    else if (await isThere(importing, owner, share, target)) importing.note('share', label, 'same');
    else
      await attempt(importing, ['share', label, 'add'], async () => {
        const user = await importing.users.byName(owner);
        if (user === undefined || target === undefined) return;
        await makeServer(importing, user, share.server);
        const server = await importing.shares.server(owner, share.server);
        if (server === undefined) throw new Error(`the server ${label} was not made`);
        await importing.shares.grant(server, target, readShareScopes(importing.access, server, share.scopes));
      });
  }
}

async function targetOf(
  { groups, known, users }: Importing,
  { with: theirs }: PeerShare,
): Promise<ShareTarget | undefined> {
  const { kind, name } = theirs;
  const found = await (kind === 'group' ? groups.byName(name) : users.byName(known.get(name) ?? ''));
  return found === undefined ? undefined : { kind, id: found.id, name: found.name };
}

async function isThere(
  { shares }: Importing,
  owner: string,
  share: PeerShare,
  target: ShareTarget | undefined,
): Promise<boolean> {
  const server = await shares.server(owner, share.server);
  return server !== undefined && target !== undefined && (await shares.find(server, target)) !== undefined;
}

async function makeServer({ caller, servers }: Importing, user: User, name: string): Promise<void> {
  if (servers.get(user.name, name) !== undefined) return;
  if (name === '') await servers.update(caller, user, name, {});
  else await servers.create(caller, user, name, {});
}
