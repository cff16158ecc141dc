import type { Readable } from 'node:stream';
import type { Route } from '@tshub/contract';
import type { Context } from 'koa';
import type * as z from 'zod';
import type { Exchange } from './exchange.ts';

/** What a handler answers; nothing (void) when it has written to `ctx` itself. At most one of json, text, html and stream. */
export interface Reply {
  readonly status: number;
  /** A value, or one that has been written out (JsonText). */
  readonly json?: unknown;
  readonly text?: string;
  readonly html?: string;
  readonly stream?: Readable;
  /** Content type, if it is not the usual one. */
  readonly type?: string;
  /** For redirects. */
  readonly location?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type QueryOf<R extends Route> = R extends { readonly query: infer Q extends z.ZodType }
  ? z.output<Q>
  : Readonly<Record<string, string | undefined>>;
type BodyOf<R extends Route> = R extends { readonly body: infer B extends z.ZodType } ? z.output<B> : undefined;
type CallerOf<R extends Route, Caller> = R extends { readonly open: 'anyone' }
  ? null
  : R extends { readonly open: 'handler' }
    ? Caller | null
    : Caller;

/** A handler that checks by itself may look at cookies, which are Koa's. */
type ExchangeOf<R extends Route> = R extends { readonly open: 'handler' } ? Context : Exchange;

/** One request that has passed its route's checks: scopes asked, query and body parsed. */
export interface ApiRequest<R extends Route, Caller> {
  readonly ctx: ExchangeOf<R>;
  readonly caller: CallerOf<R, Caller>;
  /** Percent-decoded. */
  readonly params: Readonly<Record<ParamNames<R['path']>, string>>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
}

export type Handler<R extends Route, Caller> = (request: ApiRequest<R, Caller>) => Promise<Reply | void> | Reply | void;

/** One handler for each route of a table, no more and no fewer. */
export type Handlers<Table extends Readonly<Record<string, Route>>, Caller> = {
  readonly [Name in keyof Table]: Handler<Table[Name], Caller>;
};
