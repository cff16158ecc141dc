import type * as z from 'zod';
import type { ScopeName } from '../scopes.ts';

/** The shape of a route of the hub's REST API. Declared once; mounted, called and documented from here. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's base (`/hub/api`), with `:user`, `:server` parameters. */
  readonly path: string;
  readonly says: string;
  /** Any one of these, checked against the resource that the path names (user, or server of a user). Empty: see `open`. */
  readonly scopes: readonly ScopeName[];
  /** What a request without a fitting scope needs: nothing at all, any credentials, or a check by the handler itself. */
  readonly open?: 'anyone' | 'credentials' | 'handler';
  /** Whether the scope may be held with a filter only, the handler then filters what it returns. */
  readonly list?: boolean;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The fields of a form, told to readers; its handler reads and checks them, since it has refusals of its own. */
  readonly form?: z.ZodType;
  /** Status -> schema of the JSON answer, or what else it is. */
  readonly answers: Readonly<Record<number, z.ZodType | 'empty' | 'events' | 'page' | 'redirect' | 'text'>>;
}
