import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Log } from '@tshub/daemon';
import { type Answer, type ApiParts, handlers } from './api-routes.ts';
import type { ApiTls } from './api-tls.ts';
import { holdsToken } from './token.ts';

export interface ApiListenerParts extends ApiParts {
  readonly log: Log;
  /** null: whoever can connect may ask; the permissions of a UNIX socket decide. */
  readonly token: () => string | null;
  /** What `/metrics` says. */
  readonly metrics: () => Promise<string>;
}

/** A route's data is small; a whole table is never posted. */
const maxBody = 65_536;
const pattern = /^\/api\/routes(\/.*)?$/;

/** The server of the API, over TLS if there is one; not listening yet. The token is looked at before a byte of the body is. */
export function makeApiListener(parts: ApiListenerParts, tls: ApiTls | null): Server | TlsServer {
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    answerTo(parts, req)
      .catch((error: unknown): Answer => {
        parts.log.error({ error }, "a request to the proxy's API failed");
        return { status: 500 };
      })
      .then((answer) => send(parts, req, res, answer))
      .catch((error: unknown) => parts.log.debug({ error }, "an answer of the proxy's API could not be sent"));
  };
  const server = tls === null ? createServer(answer) : createTlsServer({ ...tls, handshakeTimeout: 10_000 }, answer);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxConnections = 256;
  return server;
}

/** The HTTP server of the metrics alone; not listening yet. */
export function makeMetricsListener(parts: Pick<ApiListenerParts, 'log' | 'metrics'>): Server {
  const server = createServer((req, res) => {
    const isMetrics = req.url === '/metrics' && (req.method === 'GET' || req.method === 'HEAD');
    if (!isMetrics) return write(req, res, { status: 404 });
    metricsAnswer(parts)
      .catch((error: unknown): Answer => {
        parts.log.warn({ error }, "the proxy's metrics cannot be told");
        return { status: 500 };
      })
      .then((answer) => write(req, res, answer))
      .catch((error: unknown) => parts.log.debug({ error }, "the proxy's metrics could not be sent"));
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 64;
  return server;
}

async function answerTo(parts: ApiListenerParts, req: IncomingMessage): Promise<Answer> {
  const token = parts.token();
  if (token !== null && !holdsToken(req.headers.authorization, token)) return { status: 403 };
  const [rawPath = '', ...query] = (req.url ?? '').split('?');
  if (rawPath === '/metrics' && req.method === 'GET') return metricsAnswer(parts);
  const match = pattern.exec(rawPath);
  if (match === null) return { status: 404 };
  const handler = Object.hasOwn(handlers, req.method ?? '') ? handlers[req.method ?? ''] : undefined;
  if (handler === undefined) return { status: 405, type: 'text/plain', body: 'Method not supported' };
  const path = decode(match[1] ?? '');
  if (path === null) return { status: 400, type: 'text/plain', body: 'The path is not percent-encoded UTF-8' };
  const body = req.method === 'POST' ? await readBody(req) : '';
  if (body === null) return { status: 413 };
  return handler(parts, { path, query: new URLSearchParams(query.join('?')), body });
}

async function metricsAnswer({ metrics }: Pick<ApiListenerParts, 'metrics'>): Promise<Answer> {
  return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() };
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

/** null: too large. */
async function readBody(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when it is given up: the answer still has to get through.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(parts: ApiListenerParts, req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  parts.counts.add('requests_api', { status: String(answer.status) });
  const { method = '', url = '' } = req;
  const path = url.split('?')[0];
  const sentence = `${answer.status} ${method} ${path}`;
  if (answer.status === 403) parts.log.warn(`${sentence}: the proxy's API was asked without its token`);
  else parts.log.debug(sentence);
  write(req, res, answer);
}

function write(req: IncomingMessage, res: ServerResponse, { status, type, body = '' }: Answer): void {
  const bytes = Buffer.from(body === '' && status >= 400 ? (STATUS_CODES[status] ?? '') : body);
  if (type !== undefined || bytes.length > 0) res.setHeader('Content-Type', type ?? 'text/plain; charset=utf-8');
  // What is left of a body that nobody reads would be taken for the next request.
  if (!req.complete && status >= 400) res.setHeader('Connection', 'close');
  res.statusCode = status;
  res.end(bytes);
  req.resume();
}
