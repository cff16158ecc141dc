import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { User } from '../users/user.ts';
import { type Share, type ShareCode, type ShareCodes, type Shares, sharedWith } from './share.ts';

export interface AcceptShare {
  /** What a code is for; throws bad_request without one, share_code_unknown, forbidden for one's own server. */
  look(user: User, text: string): Promise<ShareCode>;
  /** Exchanges a code for a share with this user. */
  accept(user: User, text: string, from: string): Promise<Share>;
}

/** The rules of exchanging a share code (peer's contract 7.1). */
export function makeAcceptShare({
  shares,
  codes,
  log,
}: {
  readonly shares: Pick<Shares, 'grant'>;
  readonly codes: Pick<ShareCodes, 'find' | 'noteExchange'>;
  readonly log: Log;
}): AcceptShare {
  const look = async (user: User, text: string): Promise<ShareCode> => {
    if (text === '') throw new TshubError('bad_request', { problem: 'The link has no share code in it' });
    const code = await codes.find(text);
    if (code === undefined) throw new TshubError('share_code_unknown');
    if (code.server.user === user.name)
      throw new TshubError('forbidden', { problem: 'This server is your own; it cannot be shared with you' });
    return code;
  };
  return {
    look,
    async accept(user, text, from) {
      const code = await look(user, text);
      if (!(await codes.noteExchange(code))) throw new TshubError('share_code_unknown');
      const { server } = code;
      const share = await shares.grant(server, { kind: 'user', id: user.id, name: user.name }, code.scopes);
      log.info(
        {
          event: 'share-changed',
          user: server.user,
          server: server.name,
          by: user.name,
          from,
          ...sharedWith(share.target),
        },
        `server ${server.user}/${server.name} was shared with user ${user.name}, who had the code sc_${code.id}`,
      );
      return share;
    },
  };
}
