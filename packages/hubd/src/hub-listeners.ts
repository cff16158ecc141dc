import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { apiBase } from '@tshub/contract';
import type { Middleware } from 'koa';
import { remoteUserHeader } from './login/remote-user.ts';

/** Requests that came over the proxy's socket; only these may speak for browsers. */
const throughProxy = new WeakSet<IncomingMessage>();

const believed = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', remoteUserHeader] as const;
/** What only the proxy's requests may have: programs have no cookies. */
const ofBrowsers = [...believed, 'cookie'] as const;

/**
 * A server for any of the hub's sockets. On a UNIX socket it is proxyd that speaks, and what it says of the browser is believed;
 * on TCP it is any program of this host, and what a header says of somebody else is dropped.
 */
export function hubServer(handle: RequestListener): Server {
  // Event streams may last; slow heads and bodies may not.
  const server = createServer({
    headersTimeout: 20_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000,
    maxHeaderSize: 65_536,
  });
  let isProxys = false;
  // The address of a UNIX socket is its path, or nothing when it was inherited.
  server.on('listening', () => (isProxys = typeof server.address() !== 'object' || server.address() === null));
  server.on('request', (req, res) => {
    if (isProxys) believeProxy(req);
    else for (const name of ofBrowsers) if (req.headers[name] !== undefined) delete req.headers[name];
    handle(req, res);
  });
  return server;
}

function believeProxy(req: IncomingMessage): void {
  throughProxy.add(req);
  // The proxy has worked out who is in front of whom; the list itself may begin with what a browser made up.
  const client = req.headers['x-real-ip'];
  if (typeof client === 'string') req.headers['x-forwarded-for'] = client;
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
    return next();
  };
}
