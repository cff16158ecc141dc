import type { Caller } from '../caller/caller.ts';
import type { WantedRoute } from '../proxy/route-changes.ts';

/** A program beside the hub. Its tokens and its OAuth client are rows of those rooms, under its name. */
export interface Service {
  readonly name: string;
  /** Who looks after it: the settings, or the API (''). */
  readonly managed: '' | 'config';
  readonly admin: boolean;
  /** Where it listens, as given; '' when it is not behind the proxy. */
  readonly url: string;
  /** The account, or uid, whose process answers at the url. */
  readonly user: string;
  readonly clientId: string;
  /** '' without an OAuth client. */
  readonly redirectUri: string;
  readonly noConfirm: boolean;
  /** Raw scopes, or names of roles, beyond identity and access. */
  readonly allowedScopes: readonly string[];
  readonly display: boolean;
  readonly info: Readonly<Record<string, unknown>>;
}

/** What is given to make one; the rest is worked out. */
export type NewService = Pick<Service, 'name'> & Partial<Omit<Service, 'managed' | 'name'>>;

export interface Services {
  get(name: string): Service | undefined;
  /** Sorted by name. */
  list(): readonly Service[];
  /** Throws service_exists, bad_request for what the caller could not do themselves. `token` is its text, '' for none. */
  create(caller: Caller, service: NewService, token: string): Promise<Service>;
  /** With its tokens, its OAuth client and the tokens of that, its roles and its route. Throws not_found, service_managed. */
  remove(caller: Caller, name: string): Promise<void>;
  /** The routes that the proxy should have for services now. */
  routes(): Promise<readonly WantedRoute[]>;
}
