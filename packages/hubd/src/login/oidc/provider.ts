import * as client from 'openid-client';
import type { AuthState } from '../authenticators/authenticator.ts';
import type { Claims } from './claims.ts';
import { githubClaims, githubServer } from './github.ts';
import { makeOutsideFetch, type Outside } from './outside-fetch.ts';
import type { OidcPlan } from './presets.ts';

/** What one login needs from its first request to its second. */
export interface Proofs {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly callbackUrl: string;
}

export interface ProviderLink {
  /** Where a browser is sent to. */
  authorizeUrl(plan: OidcPlan, secret: string, proofs: Proofs): Promise<string>;
  /** What the provider says of whoever came back with this query. Throws when it says nothing that holds. */
  redeem(
    plan: OidcPlan,
    secret: string,
    proofs: Proofs,
    query: string,
  ): Promise<{ claims: Claims; authState: AuthState }>;
}

/** A provider changes its keys and addresses seldom; openid-client fetches an unknown key by itself. */
const knownForMs = 24 * 60 * 60 * 1000;

/** Speaks with the provider: its description is read once a day, and again after a change of settings. */
export function makeProviderLink(outside: Outside, clock: { now(): number }): ProviderLink {
  const fetch = makeOutsideFetch(outside);
  let known:
    | { readonly key: string; readonly until: number; readonly config: Promise<client.Configuration> }
    | undefined;

  function configOf(plan: OidcPlan, secret: string): Promise<client.Configuration> {
    const key = JSON.stringify([plan.provider, plan.issuer.href, plan.clientId, secret]);
    if (known?.key === key && known.until > clock.now()) return known.config;
    const config = plan.provider === 'github' ? Promise.resolve(github(plan, secret)) : discover(plan, secret);
    const entry = { key, until: clock.now() + knownForMs, config };
    known = entry;
    // A provider that was away is asked again at the next login.
    config.catch(() => {
      if (known === entry) known = undefined;
    });
    return config;
  }

  function discover({ issuer, clientId }: OidcPlan, secret: string): Promise<client.Configuration> {
    return client.discovery(issuer, clientId, undefined, secretAuth(secret), { [client.customFetch]: fetch });
  }

  function github(plan: OidcPlan, secret: string): client.Configuration {
    const config = new client.Configuration(githubServer(plan), plan.clientId, undefined, secretAuth(secret));
    config[client.customFetch] = fetch;
    return config;
  }

  return {
    async authorizeUrl(plan, secret, { state, nonce, verifier, callbackUrl }) {
      const url = client.buildAuthorizationUrl(await configOf(plan, secret), {
        redirect_uri: callbackUrl,
        scope: plan.scopes.join(' '),
        state,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(plan.provider === 'github' ? {} : { nonce }),
      });
      return url.href;
    },
    async redeem(plan, secret, { state, nonce, verifier, callbackUrl }, query) {
      const config = await configOf(plan, secret);
      const isGithub = plan.provider === 'github';
      const tokens = await client.authorizationCodeGrant(config, new URL(`${callbackUrl}?${query}`), {
        expectedState: state,
        pkceCodeVerifier: verifier,
        ...(isGithub ? {} : { expectedNonce: nonce, idTokenExpected: true }),
      });
      const claims = isGithub
        ? await githubClaims(plan, config, tokens.access_token)
        : await oidcClaims(config, tokens.access_token, tokens.claims());
      const { access_token, id_token, refresh_token, scope } = tokens;
      return { claims, authState: { access_token, id_token, refresh_token, scope, claims } };
    },
  };
}

/** The ID token's word, and what the provider adds when it is asked; the token, which is signed, has the last word. */
async function oidcClaims(
  config: client.Configuration,
  accessToken: string,
  signed: client.IDToken | undefined,
): Promise<Claims> {
  if (signed === undefined) throw new Error('the provider sent no ID token');
  if (config.serverMetadata().userinfo_endpoint === undefined) return signed;
  return { ...(await client.fetchUserInfo(config, accessToken, signed.sub)), ...signed };
}

/** The way of sending the secret that the provider understands. */
function secretAuth(secret: string): client.ClientAuth {
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (server, metadata, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_post') ? post : basic)(server, metadata, body, headers);
  };
}
