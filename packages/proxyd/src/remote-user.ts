import { isOwnAddress } from './own-addresses.ts';
import { plainAddress, type Trusts, unixPeer } from './trusted-peers.ts';

/** Where the hub looks for the user that the web server in front vouches for. Nobody else's is ever passed on. */
export const assertedUser = 'X-Tshub-Remote-User';
const assertedKey = assertedUser.toLowerCase();

/** Who sends a request, as far as its connection shows. */
export interface Sender {
  /** As the connection gives it; undefined on a UNIX socket. */
  readonly remoteAddress: string | undefined;
  /** Uid at the other end of a UNIX socket. */
  readonly peerUid?: () => number;
}

export interface RemoteUser {
  /** Whether a header is about the user: none of these is passed on as it came. */
  readonly isAboutUser: (key: string) => boolean;
  /** What the hub is told; undefined when nothing was said, or not by somebody who is believed, or not once. */
  readonly asserted: (raw: readonly string[], sender: Sender) => string | undefined;
}

/** Accounts of people, and of their servers, begin here: what speaks for a web server is below. */
const firstPerson = 1000;

/** `header` as in the settings, '' for none. */
export function remoteUserRule(
  header: string,
  trusts: Trusts,
  isOwn: (address: string) => boolean = isOwnAddress,
): RemoteUser {
  const wanted = header.toLowerCase();

  /** Whoever has an account here can connect from an address of this host: among those only a socket's permissions tell them apart. */
  function isBelieved(sender: Sender): boolean {
    const address = plainAddress(sender.remoteAddress);
    if (!trusts(address)) return false;
    return address === unixPeer ? uidOf(sender) < firstPerson : !isOwn(address);
  }

  return {
    // With `_` for `-` as well: some frameworks cannot tell the two apart.
    isAboutUser(key) {
      const name = key.includes('_') ? key.replaceAll('_', '-') : key;
      return name === assertedKey || (wanted !== '' && name === wanted);
    },
    asserted(raw, sender) {
      if (wanted === '') return undefined;
      const values = raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === wanted);
      const [value] = values;
      return values.length === 1 && value !== '' && isBelieved(sender) ? value : undefined;
    },
  };
}

/** Infinity when it cannot be found out. */
function uidOf({ peerUid }: Sender): number {
  try {
    return peerUid?.() ?? Infinity;
  } catch {
    return Infinity;
  }
}
