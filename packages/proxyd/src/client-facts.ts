/** What is known of whoever is at the other end of a client's connection before it says anything. */
export interface ClientFacts {
  /** The peer's address, or the one that a trusted balancer named for it; undefined on a UNIX socket. */
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  /** The name that a client of TLS asked for. */
  readonly serverName?: string;
}
