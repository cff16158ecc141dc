import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { apiBase } from '@tshub/contract';
import type { Middleware } from 'koa';

/** Requests that came over the proxy's socket; only these may speak for browsers. */
const throughProxy = new WeakSet<IncomingMessage>();

const believed = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/** The listener that proxyd speaks to: what it says of the browser is believed. */
export function proxyServer(handle: RequestListener): Server {
  return serverOf((req, res) => {
    throughProxy.add(req);
    // The proxy has worked out who is in front of whom; the list itself may begin with what a browser made up.
    const client = req.headers['x-real-ip'];
    if (typeof client === 'string') req.headers['x-forwarded-for'] = client;
    handle(req, res);
  });
}

/** The listener for programs of this host: the API, and nothing that a header says of somebody else. */
export function apiServer(handle: RequestListener): Server {
  return serverOf((req, res) => {
    for (const name of believed) delete req.headers[name];
    handle(req, res);
  });
}

function serverOf(handle: RequestListener): Server {
  // Starts and their events may take minutes; slow heads and bodies may not.
  return createServer(
    { headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 75_000, maxHeaderSize: 65_536 },
    handle,
  );
}

/** Pages and cookies belong to browsers, which come through the proxy. */
export function apiOnly(): Middleware {
  return async (ctx, next) => {
    const api = ctx.path === apiBase || ctx.path.startsWith(`${apiBase}/`);
    if (throughProxy.has(ctx.req)) return next();
    if (!api && ctx.path !== '/hub/health') {
      ctx.status = 404;
      ctx.type = 'application/json';
      ctx.body = JSON.stringify({ status: 404, message: 'Only the API is served here' });
      return undefined;
    }
    delete ctx.req.headers.cookie;
    return next();
  };
}
