import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Route } from '@tshub/contract';
import type { Answering, ApiRoutes } from './api-routes.ts';
import { contentType } from './content-type.ts';
import { DirectExchange, type Exchange } from './exchange.ts';
import { describeFailure, errorJson, type FailureOptions } from './failure.ts';
import type { Reply } from './handler.ts';
import { jsonText } from './json-text.ts';

export interface DirectOptions<Caller> extends FailureOptions {
  /** Who a token is of; null when it is none. */
  readonly identify: (exchange: Exchange) => Promise<Caller | null>;
  /** Of every answer: names and values in turn. */
  readonly headers: () => readonly string[];
  readonly observe: (request: { method: string; route: string; status: number; seconds: number }) => void;
}

/**
 * Answers programs that ask the API with a token and with nothing that a browser adds, from the request itself: a context of Koa and its way
 * through the middleware would cost more than the answer. Routes, checks and handlers are the same, and so is the answer
 * (test/api/direct.test.ts asks both ways). What is not as plain goes to `otherwise`.
 */
export function answerDirectly<Caller>(
  routes: ApiRoutes<Caller>,
  options: DirectOptions<Caller>,
  otherwise: RequestListener,
): RequestListener {
  const { base } = routes.options;
  return (req, res) => {
    const { url = '', method = '' } = req;
    if (!url.startsWith(base) || !isPlain(req)) return otherwise(req, res);
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (path[base.length] !== '/') return otherwise(req, res);
    const one = routes.find(path.slice(base.length))?.of(method);
    if (one === undefined || !canAnswer(one.answering.route, method)) return otherwise(req, res);
    const exchange = new DirectExchange(req, res, path, mark < 0 ? '' : url.slice(mark + 1));
    void answer(one, exchange, options);
  };
}

/** A token, no cookie, nothing of another site's page, no question whether something has changed; and a path of which there is one reading. */
function isPlain({ headers, url = '' }: IncomingMessage): boolean {
  return (
    headers.authorization !== undefined &&
    headers.cookie === undefined &&
    headers.origin === undefined &&
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined &&
    /^[!"$-~]*$/.test(url)
  );
}

/** Handlers that look at cookies, answers that are no one piece, and those to anyone, which may be for people, need more. */
function canAnswer(route: Route, method: string): boolean {
  return (
    route.open !== 'handler' && route.open !== 'anyone' && method === route.method && route.answers[200] !== 'events'
  );
}

async function answer<Caller>(
  { answering, params }: { readonly answering: Answering<Caller>; readonly params: Readonly<Record<string, string>> },
  exchange: DirectExchange,
  options: DirectOptions<Caller>,
): Promise<void> {
  const began = performance.now();
  const { res, method } = exchange;
  let status: number;
  try {
    const reply = await answering.run(exchange, params, () => options.identify(exchange));
    if (reply === undefined || reply.stream !== undefined || reply.html !== undefined)
      throw new Error(`${answering.path} cannot be answered directly`);
    status = write(res, method, options.headers(), reply);
  } catch (error) {
    const shown = describeFailure(error, exchange, options);
    status = shown.status;
    const head = [...options.headers()];
    if (shown.retryAfter !== undefined) head.push('Retry-After', String(shown.retryAfter));
    // What is left of the body is not read.
    if (status === 413) head.push('Connection', 'close');
    end(res, status, head, contentType('application/json'), errorJson(shown));
  }
  options.observe({ method, route: answering.path, status, seconds: (performance.now() - began) / 1000 });
}

function write(res: ServerResponse, method: string, headers: readonly string[], reply: Reply): number {
  const { status } = reply;
  const head = [...headers];
  if (reply.headers !== undefined) for (const [name, value] of Object.entries(reply.headers)) head.push(name, value);
  if (reply.location !== undefined) head.push('Location', reply.location);
  if (reply.json === undefined) {
    end(res, status, head, contentType(reply.type ?? 'text/plain'), reply.text ?? '');
    return status;
  }
  const json = jsonText(reply.json);
  if (method === 'GET' && status === 200) head.push('ETag', json.etag);
  end(res, status, head, contentType(reply.type ?? 'application/json'), json.text);
  return status;
}

function end(res: ServerResponse, status: number, head: string[], type: string, text: string): void {
  // Whoever asked has gone.
  if (res.destroyed || res.socket?.writable !== true) return;
  if (status !== 204 && status !== 304)
    head.push('Content-Type', type, 'Content-Length', String(Buffer.byteLength(text)));
  res.writeHead(status, head);
  res.end(text);
}
