import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as handlers of the API see it, and the answer to come. Koa's context is one; what is answered without Koa has a smaller one. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly querystring: string;
  /** As the client wrote them, when a proxy that is believed tells. */
  readonly protocol: string;
  readonly host: string;
  readonly ip: string;
  /** A header; '' when there is none. */
  get(name: string): string;
}

/** One that is made from nothing but the request. */
export class DirectExchange implements Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly querystring: string;

  constructor(req: IncomingMessage, res: ServerResponse, path: string, querystring: string) {
    this.req = req;
    this.res = res;
    this.path = path;
    this.querystring = querystring;
  }

  get method(): string {
    return this.req.method ?? '';
  }

  get protocol(): string {
    return firstOf(this.get('x-forwarded-proto')) || 'http';
  }

  get host(): string {
    return firstOf(this.get('x-forwarded-host')) || this.get('host');
  }

  get ip(): string {
    return firstOf(this.get('x-forwarded-for')) || (this.req.socket.remoteAddress ?? '');
  }

  get(name: string): string {
    const value = this.req.headers[name.toLowerCase()];
    return typeof value === 'string' ? value : (value?.join(', ') ?? '');
  }
}

/** Of a list, the entry that the first proxy made. */
function firstOf(list: string): string {
  const end = list.indexOf(',');
  return (end < 0 ? list : list.slice(0, end)).trim();
}
