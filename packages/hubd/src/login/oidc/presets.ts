import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';

type Provider = Settings['oidc']['provider'];

/** What a kind of provider is when the settings do not say otherwise. */
interface Preset {
  readonly issuer: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly usernameClaim: string;
  readonly groupsClaim: string;
}

const presets: Readonly<Record<Provider, Preset>> = {
  generic: {
    issuer: '',
    name: '',
    scopes: ['openid', 'profile', 'email'],
    usernameClaim: 'preferred_username',
    groupsClaim: 'groups',
  },
  github: {
    issuer: 'https://github.com',
    name: 'GitHub',
    scopes: ['read:user', 'user:email', 'read:org'],
    usernameClaim: 'login',
    groupsClaim: 'groups',
  },
  google: {
    issuer: 'https://accounts.google.com',
    name: 'Google',
    scopes: ['openid', 'profile', 'email'],
    usernameClaim: 'email',
    groupsClaim: 'groups',
  },
  keycloak: {
    issuer: '',
    name: '',
    scopes: ['openid', 'profile', 'email'],
    usernameClaim: 'preferred_username',
    groupsClaim: 'groups',
  },
};

/** The provider as it is to be asked: settings over presets. */
export interface OidcPlan {
  readonly provider: Provider;
  readonly issuer: URL;
  readonly clientId: string;
  /** '' for the address of the hub. */
  readonly callbackUrl: string;
  /** For the button; never empty. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly usernameClaim: string;
  readonly groupsClaim: string;
  readonly allowedDomains: readonly string[];
  readonly stripDomain: boolean;
}

/** Throws config_invalid for an address that cannot be one. */
export function oidcPlan(settings: Settings['oidc']): OidcPlan {
  const preset = presets[settings.provider];
  const address = settings.issuer || preset.issuer;
  if (!URL.canParse(address))
    throw new TshubError('config_invalid', {
      problem: `oidc.issuer: expected an address such as "https://login.example.org", found ${JSON.stringify(address)}`,
    });
  const issuer = new URL(address);
  return {
    provider: settings.provider,
    issuer,
    clientId: settings.client_id,
    callbackUrl: settings.callback_url,
    name: settings.name || preset.name || issuer.host,
    scopes: settings.scopes.length > 0 ? settings.scopes : preset.scopes,
    usernameClaim: settings.username_claim || preset.usernameClaim,
    groupsClaim: settings.groups_claim || preset.groupsClaim,
    allowedDomains: settings.allowed_domains.map((domain) => domain.toLowerCase()),
    stripDomain: settings.strip_domain,
  };
}
