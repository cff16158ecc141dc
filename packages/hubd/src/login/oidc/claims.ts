import type { AuthStep, UserInfo } from '../authenticators/authenticator.ts';
import type { OidcPlan } from './presets.ts';

/** What a provider says of somebody, verified. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who somebody is here by what the provider says; refused when it says too little. */
export function stepOfClaims(plan: OidcPlan, claims: Claims): AuthStep {
  const told = claimAt(claims, plan.usernameClaim);
  const user = typeof told === 'number' ? String(told) : told;
  if (typeof user !== 'string' || user.trim() === '')
    return refused('name', `The provider did not say what you are called (${plan.usernameClaim}).`);
  // An address that nobody has verified may be anybody's.
  if (plan.usernameClaim === 'email' || plan.allowedDomains.length > 0) {
    if (claims['email_verified'] !== true)
      return refused('domain', 'The provider has not verified your e-mail address.');
    if (!isOfDomain(plan, claims))
      return refused('domain', 'Your e-mail address is of another domain than this hub is for.');
  }
  const name = plan.stripDomain ? withoutDomain(user, plan.allowedDomains[0] ?? '') : user;
  if (name === null) return refused('domain', 'Your name is of another domain than this hub is for.');
  return {
    kind: 'ok',
    user: name,
    groups: groupsOf(claimAt(claims, plan.groupsClaim)),
    userInfo: personOf(claims, user),
  };
}

function refused(reason: string, text: string): AuthStep {
  return { kind: 'refused', reason, text };
}

/** `realm_access.roles` leads into objects; a claim whose own name has a dot is found as it is. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Claims)[key];
  }
  return value;
}

/** Domains that Google gives addresses of to everybody. */
const googleMail: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

function isOfDomain({ provider, allowedDomains }: OidcPlan, claims: Claims): boolean {
  if (allowedDomains.length === 0) return true;
  const email = typeof claims['email'] === 'string' ? claims['email'].toLowerCase() : '';
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (!email.includes('@') || !allowedDomains.includes(domain)) return false;
  // Anybody can open a private account at Google with an address of a school; `hd` says that the school runs it.
  return provider !== 'google' || googleMail.has(domain) || claims['hd'] === domain;
}

function withoutDomain(user: string, domain: string): string | null {
  const end = `@${domain}`;
  return user.toLowerCase().endsWith(end) && user.length > end.length ? user.slice(0, -end.length) : null;
}

function groupsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((group): group is string => typeof group === 'string' && group !== ''))];
}

/** No address: whoever may see a user's name sees this. */
function personOf(claims: Claims, user: string): UserInfo {
  const text = (key: string): string => (typeof claims[key] === 'string' ? claims[key].slice(0, 500) : '');
  const picture = text('picture');
  return {
    name: text('name') || user,
    display_name: text('name') || user,
    ...(picture.startsWith('https://') ? { avatar_url: picture } : {}),
  };
}
