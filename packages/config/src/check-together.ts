import type * as z from 'zod';
import type { hub as hubSection } from './sections/hub.ts';
import type { login as loginSection } from './sections/login.ts';
import type { oidc as oidcSection } from './sections/oidc.ts';
import type { proxy as proxySection } from './sections/proxy.ts';
import type { spawner as spawnerSection } from './sections/spawner/spawner.ts';

interface Sections {
  readonly hub: z.output<typeof hubSection>;
  readonly login: z.output<typeof loginSection>;
  readonly oidc: z.output<typeof oidcSection>;
  readonly proxy: z.output<typeof proxySection>;
  readonly spawner: z.output<typeof spawnerSection>;
}

/** What a section asks of another one. */
export function checkTogether({ hub, login, oidc, proxy, spawner }: Sections, ctx: z.RefinementCtx): void {
  const problem = (path: readonly string[], message: string): void =>
    ctx.addIssue({ code: 'custom', path: [...path], message });
  const { authenticator } = login;
  if (authenticator === 'oidc' && oidc.client_id === '')
    problem(['oidc', 'client_id'], 'expected the name that the provider gave to this hub, for authenticator = "oidc"');
  if (authenticator === 'oidc' && oidc.issuer === '' && ['generic', 'keycloak'].includes(oidc.provider))
    problem(['oidc', 'issuer'], 'expected the address of the provider, for authenticator = "oidc"');
  // What a browser says of where it is may be made up: codes would be sent there.
  if (authenticator === 'oidc' && hub.public_url === '' && oidc.callback_url === '')
    problem(
      ['hub', 'public_url'],
      'expected the address of the hub (or callback_url in [oidc]), for authenticator = "oidc": the provider sends browsers back there',
    );
  // Everybody in the world has an account there.
  const isPublic = authenticator === 'oidc' && ['github', 'google'].includes(oidc.provider);
  if (isPublic && login.allow_all && oidc.allowed_domains.length === 0)
    problem(
      ['login', 'allow_all'],
      `expected false with rules for who may come in, or allowed_domains in [oidc]: anybody can have an account at ${JSON.stringify(oidc.provider)}`,
    );
  if (authenticator === 'remote-user' && login.terms !== '')
    problem(['login', 'terms'], 'expected "", for authenticator = "remote-user": people are in before they see a page');
  if (authenticator === 'remote-user' && (proxy.remote_user_header === '' || proxy.trusted_proxies.length === 0))
    problem(
      ['proxy', 'remote_user_header'],
      'expected a header, and the web server that sends it in trusted_proxies, for authenticator = "remote-user"',
    );
  // Whoever knows the one password could otherwise open the home of any account of the host.
  const isGuest = authenticator === 'guest' && spawner.guest_users;
  if (['guest', 'shared-password'].includes(authenticator) && !spawner.dynamic_users && !isGuest)
    problem(
      ['spawner', 'dynamic_users'],
      `expected true, for authenticator = "${authenticator}": names that anybody may choose must not be accounts of this host`,
    );
  if (authenticator === 'oidc' && hub.cookie_same_site === 'strict')
    problem(
      ['hub', 'cookie_same_site'],
      'expected "lax", for authenticator = "oidc": who comes back from the provider would not be known',
    );
  if (hub.cookie_host_prefix && !hub.public_url.startsWith('https:'))
    problem(
      ['hub', 'cookie_host_prefix'],
      'expected a public_url that begins with "https:", or browsers would drop the cookie',
    );
}
