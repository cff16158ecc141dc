import { hkdfSync } from 'node:crypto';
import type { LoginSecrets, Settings } from '@tshub/config';
import type { Context } from 'koa';
import * as client from 'openid-client';
import { browserOf } from '../anonymous.ts';
import type { AuthStep } from '../authenticators/authenticator.ts';
import { seal, unseal } from '../seal.ts';
import { stepOfClaims } from './claims.ts';
import { makeProviderLink, type Proofs } from './provider.ts';
import type { Outside } from './outside-fetch.ts';
import { oidcPlan } from './presets.ts';

/** Logins at a provider. */
export interface Oidc {
  /** For the button. */
  providerName(): string;
  /** Where to send the browser; sets the cookie that its return is known by. Throws when the provider cannot be reached. */
  begin(ctx: Context, next: string | null): Promise<string>;
  /** Takes the browser that has come back by its cookie; undefined when it was not sent from here, or too long ago. */
  returned(ctx: Context): OidcReturn | undefined;
}

export interface OidcReturn {
  readonly next: string | null;
  /** Asks the provider whether it is as the browser says. Throws when it cannot be reached. */
  check(): Promise<AuthStep>;
}

export interface OidcParts {
  readonly settings: () => Settings;
  readonly secrets: () => LoginSecrets;
  readonly outside: Outside;
  /** Those that sign cookies. */
  readonly keys: readonly string[];
  readonly clock: { now(): number };
}

export const oidcCallbackPath = '/hub/oauth_callback';

interface Ticket extends Proofs {
  readonly next: string | null;
  readonly until: number;
}

const ticketMs = 10 * 60 * 1000;

/** The code flow with state, nonce and PKCE; what it must remember is in the browser, sealed, in a cookie of each attempt's own. */
export function makeOidc({ settings, secrets, outside, keys, clock }: OidcParts): Oidc {
  const link = makeProviderLink(outside, clock);
  const sealKeys = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'tshub oidc ticket', 32)));
  const purposeOf = (ctx: Context): string => `oidc ticket of ${browserOf(ctx, settings().login)}`;

  function setTicket(ctx: Context, state: string, value: string | null): void {
    ctx.cookies.set(`tshub-oidc-${state.slice(0, 8)}`, value, {
      path: oidcCallbackPath,
      httpOnly: true,
      // It must come along when the provider sends the browser back.
      sameSite: 'lax',
      signed: false,
      overwrite: true,
      maxAge: ticketMs,
    });
  }

  return {
    providerName: () => oidcPlan(settings().oidc).name,
    async begin(ctx, next) {
      const plan = oidcPlan(settings().oidc);
      const ticket: Ticket = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        callbackUrl: plan.callbackUrl || callbackUrl(settings()),
        next,
        until: clock.now() + ticketMs,
      };
      const url = await link.authorizeUrl(plan, secrets().oidcClientSecret, ticket);
      const [key] = sealKeys;
      if (key === undefined) throw new Error('no key to seal with');
      setTicket(ctx, ticket.state, seal(key, purposeOf(ctx), JSON.stringify(ticket)).toString('base64url'));
      return url;
    },
    returned(ctx) {
      const state = typeof ctx.query['state'] === 'string' ? ctx.query['state'] : '';
      if (!/^[\w-]{20,}$/.test(state)) return undefined;
      const cookie = ctx.cookies.get(`tshub-oidc-${state.slice(0, 8)}`, { signed: false }) ?? '';
      const opened = unseal(sealKeys, purposeOf(ctx), Buffer.from(cookie, 'base64url'));
      const ticket = opened === null ? undefined : (JSON.parse(opened.text) as Ticket);
      if (ticket === undefined || ticket.state !== state || ticket.until < clock.now()) return undefined;
      setTicket(ctx, state, null);
      const { querystring } = ctx;
      return {
        next: ticket.next,
        async check() {
          const plan = oidcPlan(settings().oidc);
          try {
            const { claims, authState } = await link.redeem(plan, secrets().oidcClientSecret, ticket, querystring);
            const step = stepOfClaims(plan, claims);
            return step.kind === 'ok' ? { ...step, authState } : step;
          } catch (error) {
            if (!isRefusal(error)) throw error;
            return {
              kind: 'refused',
              reason: 'provider-refused',
              text: 'The provider did not confirm your login. Please try again.',
            };
          }
        },
      };
    },
  };
}

/** The provider has said no, to the browser or to the hub; anything else is a failure of ours or of the way to it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof client.AuthorizationResponseError) return true;
  return error instanceof client.ResponseBodyError && error.error === 'invalid_grant';
}

/** Never from what a request says of its host. */
function callbackUrl({ hub }: Settings): string {
  return `${hub.public_url.replace(/\/$/, '')}${oidcCallbackPath}`;
}
