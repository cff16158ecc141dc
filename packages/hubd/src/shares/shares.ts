import type { Knex } from 'knex';
import type { Directory } from '../access/directory.ts';
import { ShareIndex } from './share-index.ts';
import type { Share, SharedServer, Shares, ShareTarget } from './share.ts';
import { makeSharesStore } from './shares-store.ts';
import { whileThere } from './still-there.ts';

export interface SharesParts {
  readonly db: Knex;
  readonly directory: Pick<Directory, 'changed'>;
  readonly clock: { now(): number };
}

/** The rules of shares: the database first, then the index, so that what is allowed was written down. One change after another. */
export function makeShares({ db, directory, clock }: SharesParts): Shares {
  const store = makeSharesStore(db);
  const index = new ShareIndex();
  /** False after a failed reading, until one succeeds. */
  let isWhole = false;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  const note = (change: () => void): void => {
    change();
    directory.changed();
  };
  const read = async (): Promise<void> => {
    const found: Share[] = [];
    isWhole = false;
    try {
      await store.each((share) => void found.push(share));
      isWhole = true;
    } finally {
      // What cannot be read gives nobody anything.
      note(() => {
        index.clear();
        for (const share of found) index.set(share);
      });
    }
  };
  const written = async (server: SharedServer, target: ShareTarget): Promise<Share> => {
    const share = await store.find(server.id, target);
    if (share === undefined) throw new Error(`a share of ${server.user}/${server.name} was not written`);
    note(() => index.set(share));
    return share;
  };

  return {
    load: () => inTurn(read),
    reload: (kind, name) => inTurn(async () => (!isWhole || index.knows(kind, name) ? read() : undefined)),
    sharedWith: (user, groups) => index.sharedWith(user, groups),
    server: store.server,
    list: store.list,
    find: (server, target) => store.find(server.id, target),
    grant: (server, target, scopes) =>
      inTurn(() =>
        whileThere(db, { server, target }, async () => {
          const known = await store.find(server.id, target);
          if (known === undefined) await store.add(server.id, target, [...new Set(scopes)], clock.now());
          else await store.setScopes(known.id, [...new Set([...known.scopes, ...scopes])]);
          return written(server, target);
        }),
      ),
    revoke: (server, target, scopes) =>
      inTurn(async () => {
        const known = await store.find(server.id, target);
        if (known === undefined) return { taken: [], left: undefined };
        const left = scopes === null ? [] : known.scopes.filter((scope) => !scopes.includes(scope));
        const taken = known.scopes.filter((scope) => !left.includes(scope));
        if (left.length === 0) {
          await store.remove({ id: known.id });
          note(() => index.remove(known));
          return { taken, left: undefined };
        }
        if (taken.length > 0) await store.setScopes(known.id, left);
        const share = { ...known, scopes: left };
        note(() => index.set(share));
        return { taken, left: share };
      }),
    revokeAll: (server) =>
      inTurn(async () => {
        await store.remove({ server_id: server.id });
        await read();
      }),
  };
}
