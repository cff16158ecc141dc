import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

/** A person as a provider knows them. */
export type Person = Readonly<Record<string, unknown>>;

export interface ProviderOptions {
  readonly issuer: string;
  /** Where the hub wants browsers sent back to. */
  readonly callback: string;
  readonly clientSecret: string;
  /** What it says of each, by the name that they type; any password does. */
  readonly people: Readonly<Record<string, Person>>;
}

/** A real OpenID provider, for a hub that it calls `tshub`. */
export function makeProvider({ issuer, callback, clientSecret, people }: ProviderOptions): Provider {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'tshub', client_secret: clientSecret, redirect_uris: [callback] }],
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'picture'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    cookies: { keys: ['a key of this test'] },
    jwks: { keys: [{ ...key, use: 'sig' }] },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    // Who does not send a challenge is not served.
    pkce: { required: () => true },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  provider.proxy = true;
  return provider;
}
