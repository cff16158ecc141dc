import { type IncomingMessage, request } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { TshubError } from '@tshub/contract';
import type { CustomFetch } from 'openid-client';

/** The hub's way out: it has no network of its own. */
export interface Outside {
  /** A connection to that host, on which nothing was said yet. */
  connect(host: string, port: number): Promise<Duplex>;
  /** Certificates that are believed, as PEM; those that come with Node when undefined. */
  readonly ca?: string;
}

const timeoutMs = 10_000;
/** A provider's answers are small; a description of one with many keys is some ten kilobytes. */
const answerLimit = 1024 * 1024;

/** `fetch` for openid-client: https alone, verified here, over a connection that somebody else makes. */
export function makeOutsideFetch(outside: Outside): CustomFetch {
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    if (url.protocol !== 'https:')
      throw new TshubError('login_unchecked', {}, { cause: new Error(`${url.origin}: expected https`) });
    const { hostname: host } = url;
    const stream = await outside.connect(host, Number(url.port || 443));
    const ca = outside.ca === undefined ? {} : { ca: outside.ca };
    const socket = connectTls({ socket: stream, host, ...(isIP(host) === 0 ? { servername: host } : {}), ...ca });
    return new Promise<Response>((resolve, reject) => {
      // Also for a name that does not resolve or a port that is closed: the connection just ends.
      const fail = (error: Error): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(new Error(`${url.host}: ${error.message}`, { cause: error }));
      };
      const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
      socket.on('error', fail);
      const out = request({
        path: `${url.pathname}${url.search}`,
        method,
        headers: { ...headers, ...typeOf(body, headers), host: url.host, connection: 'close' },
        createConnection: () => socket,
      });
      out.on('error', fail);
      out.on('response', (answer) => {
        readAnswer(answer).then((response) => {
          clearTimeout(timer);
          socket.destroy();
          resolve(response);
        }, fail);
      });
      out.end(body instanceof URLSearchParams ? body.toString() : typeof body === 'string' ? body : undefined);
    });
  };
}

/** What fetch says by itself of a form. */
function typeOf(body: unknown, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (isSaid || !(body instanceof URLSearchParams)) return {};
  return { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
}

async function readAnswer(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerLimit) throw new Error(`an answer is longer than ${answerLimit} bytes`);
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error('an answer was cut off');
  const headers = new Headers();
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2)
    headers.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '');
  const status = answer.statusCode ?? 0;
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers });
}
