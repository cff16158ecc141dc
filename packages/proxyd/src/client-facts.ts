/** What is known of whoever is at the other end of a client's connection before it says anything. */
export interface ClientFacts {
  /** The peer's address, or the one that a trusted balancer named for it; undefined on a UNIX socket. */
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  /** Uid at the other end of a UNIX socket; throws on any other connection. */
  readonly peerUid?: () => number;
  /** The name that a client of TLS asked for. */
  readonly serverName?: string;
}
