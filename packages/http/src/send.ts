import type { Context } from 'koa';
import type { Reply } from './handler.ts';
import { jsonText } from './json-text.ts';

/** Writes a handler's answer. An empty one is `text/plain`, as with the peer. */
export function send(ctx: Context, reply: Reply): void {
  for (const [name, value] of Object.entries(reply.headers ?? {})) ctx.set(name, value);
  if (reply.location !== undefined) ctx.set('Location', reply.location);
  ctx.status = reply.status;
  if (reply.json !== undefined) sendJson(ctx, reply.json, reply.type ?? 'application/json');
  else if (reply.html !== undefined) sendText(ctx, reply.html, 'text/html');
  else if (reply.stream !== undefined) {
    ctx.body = reply.stream;
    ctx.type = reply.type ?? 'application/octet-stream';
  } else sendText(ctx, reply.text ?? '', reply.type ?? 'text/plain');
  // Koa changes the status when a body is set.
  ctx.status = reply.status;
  if (ctx.response.etag !== '' && ctx.fresh) ctx.status = 304;
}

function sendText(ctx: Context, text: string, type: string): void {
  ctx.type = type;
  ctx.body = text;
}

function sendJson(ctx: Context, value: unknown, type: string): void {
  const json = jsonText(value);
  ctx.type = type;
  ctx.body = json.text;
  if (ctx.method === 'GET' && ctx.status === 200) ctx.etag = json.etag;
}
