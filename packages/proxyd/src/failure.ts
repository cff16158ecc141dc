import type { RequestHead } from './request-head.ts';
import type { UpstreamConnection } from './upstream-connection.ts';
import { type Destination, type Forwarding, nameOf } from './destination.ts';
import type { Refusal } from './error-page.ts';
import { upstreamCodes } from './upstream-codes.ts';

const notThere = new Set<string>([
  'EACCES',
  'EAGAIN',
  'ECONNREFUSED',
  'ENOENT',
  'ENOTSOCK',
  'EPERM',
  'EPROTOTYPE',
  upstreamCodes.closed,
]);
/** Refused here: they say nothing of the destination. */
const ours = new Set<string>([upstreamCodes.closed, upstreamCodes.full]);
const tooLate = new Set<string>([upstreamCodes.connectTimeout, upstreamCodes.silent]);

/** What the client is told of a request that its destination did not answer. */
export function refusalOf(to: Destination, error: unknown): Refusal {
  const code = codeOf(error);
  const isHub = to.serverPrefix === null;
  const advice = isHub
    ? { text: 'Notebook servers that run are not affected. Please try again in a moment.' }
    : {
        text: 'It may have stopped or be busy.',
        link: { href: '/hub/home', text: 'Go to the hub to see it or start it again.' },
      };
  const what = isHub ? 'The hub' : 'The server';
  if (code === upstreamCodes.full)
    return {
      status: 503,
      says: 'Too many requests are waiting there',
      advice: { text: 'Please try again in a moment.' },
    };
  if (notThere.has(code)) return { status: 503, says: `${what} is not answering`, advice };
  if (tooLate.has(code)) return { status: 504, says: `${what} did not answer in time`, advice };
  if (isUnverified(code)) return { status: 502, says: `${what} could not be verified`, advice };
  return { status: 502, says: `${what} ended the connection without an answer`, advice };
}

/** Tells the journal when a destination begins to fail, or fails for another reason than before. */
export function noteFailure(parts: Forwarding, to: Destination, error: unknown): void {
  const problem = sentenceOf(error);
  if (problem === to.problem || ours.has(codeOf(error))) return;
  to.problem = problem;
  const prefix = to.serverPrefix ?? '/';
  if (isUnverified(codeOf(error))) {
    parts.log.warn(
      { event: 'route-refused', prefix },
      `refusing requests for ${prefix}: what answers there ${problem}`,
    );
  } else {
    parts.log.warn({ prefix }, `${nameOf(to)} does not answer: ${problem}`);
  }
}

export function noteSuccess(parts: Forwarding, to: Destination): void {
  if (to.problem === null) return;
  to.problem = null;
  parts.log.info({ prefix: to.serverPrefix ?? '/' }, `${nameOf(to)} answers again`);
}

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAGAIN: 'too many connections are waiting there',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'it ended the connection',
  ENOENT: 'there is no such socket',
};

/** An error of a connection as part of a sentence. */
export function sentenceOf(error: unknown): string {
  const text = sentences[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
  return isBadCertificate(codeOf(error)) ? `shows a certificate that is not believed: ${text}` : text;
}

/** Whoever answered is not who should. */
function isUnverified(code: string): boolean {
  return code === upstreamCodes.peer || isBadCertificate(code);
}

/** Node's codes for a certificate of the other side (its manual: tls, "X509 certificate error codes"). */
function isBadCertificate(code: string): boolean {
  return /^(?!ERR_SSL)(?:.*_)?(?:CERT|CRL|ISSUER|SIGNATURE|CA|PURPOSE)(?:_|$)|^HOSTNAME_MISMATCH$/.test(code);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A kept connection that the server closed just as the request was sent: safe requests may be sent once more. */
export function mayRetry(
  { method, framing }: RequestHead,
  connection: UpstreamConnection | null,
  error: Error,
): boolean {
  if (connection?.isReused !== true || connection.hasAnswer) return false;
  const isSafe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return isSafe && framing === 'none' && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}
