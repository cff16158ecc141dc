import type { CommandSpec } from './command.ts';
import { listShareCodes } from './commands/share-codes.ts';
import { leaveShare, listReceived } from './commands/share-received.ts';
import { grantShare, listShares, makeShareCode, revokeShare } from './commands/share.ts';
import { expiresIn, guests, scope, server } from './program-options.ts';

const user = { name: 'user', names: 'user', says: 'Whose server; yours, if left out', isOptional: true } as const;
const mayCome = 'A scope for this server, such as start:servers; coming in, if left out';

export const shareCommand: CommandSpec = {
  name: 'share',
  says: 'Let others into a server',
  details:
    'Whoever a server is shared with does there what its owner can do. Servers of other people need your password if you are in the group tshub-admin; your own need a role with the scope shares!user.',
  commands: [
    {
      name: 'code',
      says: 'Make a link that lets in whoever has it, and print it, this once',
      arguments: [user, server],
      options: [
        { ...scope, says: mayCome },
        {
          ...expiresIn,
          says: 'How long it is good, a day if left out: seconds, or a number with s, m, h or d',
        },
      ],
      run: makeShareCode,
    },
    {
      name: 'codes',
      says: 'List the links that let into servers',
      arguments: [user, { ...server, says: 'Only this server, "" for the default one' }],
      run: listShareCodes,
    },
    {
      name: 'grant',
      says: 'Let users or groups in',
      details: 'For example: tshubctl share grant ada lab --user bob --group algebra',
      arguments: [user, server],
      options: [...guests, { ...scope, says: mayCome }],
      run: grantShare,
    },
    {
      name: 'leave',
      says: 'Leave a server that its owner shares with you',
      arguments: [{ name: 'owner', names: 'user', says: 'Whose server' }, server],
      run: leaveShare,
    },
    {
      name: 'list',
      says: 'List with whom servers are shared',
      arguments: [user, { ...server, says: 'Only this server, "" for the default one' }],
      run: listShares,
    },
    { name: 'received', says: 'List the servers that others share with you', run: listReceived },
    {
      name: 'revoke',
      says: 'Let users or groups in no longer',
      arguments: [user, server],
      options: [
        ...guests,
        { ...scope, says: 'A scope to take back; all of them, if left out' },
        { name: 'code', value: 'id', isList: true, says: 'A link, by its id; who has come by it stays' },
        { name: 'everyone', says: 'Share it with nobody any more' },
      ],
      run: revokeShare,
    },
  ],
};
