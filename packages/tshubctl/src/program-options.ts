import type { OptionSpec } from './command.ts';

/** Arguments and options that several commands have. */

export const server = {
  name: 'server',
  names: 'server',
  says: 'Name of the server; the default one, if left out',
  isOptional: true,
} as const;

const user = { name: 'user', names: 'user', short: 'u', value: 'name' } as const;
export const owner: OptionSpec = { ...user, says: 'Whose; you, if left out' };
/** `says` goes with it. */
export const userList = { ...user, isList: true } as const;
export const scope = { name: 'scope', short: 's', value: 'scope', isList: true } as const;

/** Who can be let into a server. */
export const guests: readonly OptionSpec[] = [
  { ...userList, says: 'A user' },
  {
    name: 'group',
    names: 'group',
    short: 'g',
    value: 'name',
    isList: true,
    says: 'A group: all of its members, now and later',
  },
];

/** Who can hold a role. */
export const holders: readonly OptionSpec[] = [
  ...guests,
  { name: 'service', names: 'service', value: 'name', isList: true, says: 'A service' },
];

const lines: OptionSpec = { name: 'lines', short: 'n', value: 'count', says: 'Show only the last entries' };
const follow: OptionSpec = { name: 'follow', short: 'f', says: 'Go on with new entries as they come' };
/** How much of the journal. */
export const journal = { lines, follow } as const;
export const expiresIn = { name: 'expires-in', value: 'time' } as const;
export const description: OptionSpec = { name: 'description', value: 'text', says: 'What it is for' };
