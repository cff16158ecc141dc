/** Something that users may be sent to with a code: one per running server, one per service. */
export interface OAuthClient {
  /** `jupyterhub-user-ada`, `jupyterhub-user-ada!lab`, `service-NAME`. */
  readonly id: string;
  /** Shown on the confirm page, and as `oauth_client` of its tokens: `Server at /user/ada/`. */
  readonly description: string;
  /** A path below the hub's host, or a full URL; compared as a string. */
  readonly redirectUri: string;
  /** Raw scopes beyond identity and access that its tokens may have. */
  readonly allowedScopes: readonly string[];
  /** Which server it is, as `user/server`; null for others. */
  readonly server: { readonly user: string; readonly server: string } | null;
  /** Which service it is; null for others. */
  readonly service: string | null;
}

export interface OAuthClients {
  /** Adds or replaces; tokens and codes of a replaced client are revoked. The secret is stored hashed. */
  register(client: OAuthClient, secret: string): Promise<void>;
  /** The same for a client that stays over restarts: its tokens and codes stay too unless the secret is another one. */
  put(client: OAuthClient, secret: string): Promise<void>;
  get(id: string): Promise<OAuthClient | undefined>;
  /** Constant-time comparison with the stored hash. */
  checkSecret(id: string, secret: string): Promise<boolean>;
  /** With its codes and tokens. */
  remove(id: string): Promise<void>;
}
