import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { browserOf } from './anonymous.ts';
import type { Session, Xsrf } from './session.ts';
import { cookieNames } from './sessions.ts';

/** A token is 4 bytes of seconds, 16 random ones and 32 of signature. The random ones are what form and cookie must share. */
const parts = { time: 4, nonce: 16, signature: 32 } as const;
const length = parts.time + parts.nonce + parts.signature;
const text = new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((length * 8) / 6)}}$`);

const acceptedSeconds = 31 * 24 * 3600;
/** Replaced on a visit when older, so that an open page stays good for long. */
const freshSeconds = 24 * 3600;
const anonymousSeconds = 3600;

interface Token {
  readonly issued: number;
  readonly nonce: Buffer;
  readonly text: string;
}

/** The `_xsrf` scheme of the peer's contract 5.2; the token's inside is ours. */
export function makeXsrf({
  keys,
  clock,
  settings,
}: {
  readonly keys: readonly string[];
  readonly clock: { now(): number };
  readonly settings: () => Settings;
}): Xsrf {
  /** What this answer sets, so that a page and its cookie agree. */
  const given = new WeakMap<Context, { readonly owner: string; readonly value: string }>();
  const seconds = (): number => Math.floor(clock.now() / 1000);

  /** Whose token it is: a login's, or before one a browser's. */
  function ownerOf(ctx: Context, session: Session | null): string {
    return session === null ? `:${browserOf(ctx, settings().login)}` : `${session.id}:${session.user.cookieId}`;
  }

  function sign(key: string, payload: Buffer, owner: string): Buffer {
    return createHmac('sha256', key).update('xsrf\0').update(payload).update(owner).digest();
  }

  function make(owner: string, nonce: Buffer): string {
    const payload = Buffer.alloc(parts.time + parts.nonce);
    payload.writeUInt32BE(seconds() >>> 0, 0);
    nonce.copy(payload, parts.time);
    return Buffer.concat([payload, sign(keys[0] ?? '', payload, owner)]).toString('base64url');
  }

  /** Undefined unless it was signed here, for this login or this browser, and not too long ago. */
  function parse(value: string, owner: string): Token | undefined {
    if (!text.test(value)) return undefined;
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length !== length) return undefined;
    const payload = bytes.subarray(0, parts.time + parts.nonce);
    const signature = bytes.subarray(parts.time + parts.nonce);
    if (!keys.some((key) => timingSafeEqual(sign(key, payload, owner), signature))) return undefined;
    const issued = payload.readUInt32BE(0);
    if (seconds() - issued > acceptedSeconds) return undefined;
    return { issued, nonce: payload.subarray(parts.time), text: value };
  }

  function fromCookies(ctx: Context, owner: string): Token | undefined {
    for (const value of cookieValues(ctx.get('Cookie'), cookieNames.xsrf)) {
      const token = parse(value, owner);
      if (token !== undefined) return token;
    }
    return undefined;
  }

  function fits(ctx: Context, owner: string, token: Token): boolean {
    return cookieValues(ctx.get('Cookie'), cookieNames.xsrf).some((value) => {
      const cookie = parse(value, owner);
      return cookie !== undefined && timingSafeEqual(cookie.nonce, token.nonce);
    });
  }

  function set(ctx: Context, session: Session | null, owner: string, nonce: Buffer): string {
    const value = make(owner, nonce);
    ctx.cookies.set(cookieNames.xsrf, value, {
      path: '/hub/',
      // Our scripts have it from the page; a script of a user server could give its own page an address below /hub/ and read it here.
      httpOnly: true,
      sameSite: settings().hub.cookie_same_site,
      signed: false,
      overwrite: true,
      ...(session === null ? { maxAge: anonymousSeconds * 1000 } : {}),
    });
    given.set(ctx, { owner, value });
    return value;
  }

  return {
    token(ctx, session) {
      const owner = ownerOf(ctx, session);
      const before = given.get(ctx);
      if (before?.owner === owner) return before.value;
      const known = fromCookies(ctx, owner);
      // A script that fetches a page, be it an error page, could read the token there: one that had none gets one that fits no cookie.
      if (!isNavigation(ctx)) {
        const proof = parse(sentHeader(ctx), owner);
        return proof !== undefined && known !== undefined && fits(ctx, owner, proof)
          ? known.text
          : make(owner, randomBytes(parts.nonce));
      }
      if (known !== undefined && seconds() - known.issued < freshSeconds) return known.text;
      return set(ctx, session, owner, known?.nonce ?? randomBytes(parts.nonce));
    },
    renew(ctx, session) {
      const owner = ownerOf(ctx, session);
      // The same random bytes, so that a form in another tab stays good.
      return set(ctx, session, owner, fromCookies(ctx, owner)?.nonce ?? randomBytes(parts.nonce));
    },
    check(ctx, session, argument) {
      if (isFree(ctx)) return;
      const sent = argument ?? sentHeader(ctx);
      if (sent === '') throw new TshubError('xsrf', { problem: `'_xsrf' argument missing from ${ctx.method}` });
      const owner = ownerOf(ctx, session);
      const token = parse(sent, owner);
      if (token === undefined) throw new TshubError('xsrf', { problem: "'_xsrf' argument invalid" });
      if (!fits(ctx, owner, token))
        throw new TshubError('xsrf', { problem: `XSRF cookie does not match ${ctx.method} argument` });
    },
  };
}

function sentHeader(ctx: Context): string {
  return ctx.get('X-XSRFToken') || ctx.get('X-CSRFToken');
}

function isNavigation(ctx: Context): boolean {
  return ['', 'navigate'].includes(ctx.get('Sec-Fetch-Mode'));
}

/**
 * What browsers send by themselves without harm, and websockets, whose origin is checked where they end. Images and scripts say what they
 * are for; what is for nothing is a script's fetch(), and of its own origin, which user servers share, it could read the answer with its token.
 */
function isFree(ctx: Context): boolean {
  const mode = ctx.get('Sec-Fetch-Mode');
  if (mode === 'websocket') return true;
  if (!['GET', 'HEAD', 'OPTIONS'].includes(ctx.method)) return false;
  return (
    mode === '' ||
    mode === 'navigate' ||
    (mode === 'no-cors' && ctx.get('Sec-Fetch-Site') === 'same-origin' && ctx.get('Sec-Fetch-Dest') !== 'empty')
  );
}

/** All values of a cookie: a browser sends one for each path that it was set for. */
export function cookieValues(header: string, name: string): readonly string[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name
      ? [
          pair
            .slice(at + 1)
            .trim()
            .replace(/^"(.*)"$/, '$1'),
        ]
      : [];
  });
}
