import type { Settings } from '@tshub/config';
import type { Form, Reply } from '@tshub/http';
import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import type { Session, Sessions, Xsrf } from '../login/session.ts';
import type { Tokens } from '../tokens/token.ts';
import type { OAuthClient, OAuthClients } from './client.ts';
import type { CodesStore } from './codes-store.ts';

/** What the page that asks the user is made from. */
export interface Confirmation {
  readonly session: Session;
  readonly client: OAuthClient;
  /** Raw scopes, each a hidden field `scopes` of the form. */
  readonly scopes: readonly string[];
  /** Raw scopes that the user is told of; empty when the client only learns who the user is. */
  readonly asked: readonly string[];
}

export interface AuthorizeParts {
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly codes: Pick<CodesStore, 'add'>;
  readonly tokens: Pick<Tokens, 'ofClient'>;
  readonly sessions: Pick<Sessions, 'ensureId' | 'read'>;
  readonly xsrf: Pick<Xsrf, 'check'>;
  readonly access: Access;
  /** Whether users are sent on without being asked: the administrator has said so of a service. */
  readonly isTrusted: (client: OAuthClient) => boolean;
  readonly settings: () => Pick<Settings, 'hub'>;
  readonly renderConfirm: (ctx: Context, confirmation: Confirmation) => void | Promise<void>;
}

/** One request to the authorization endpoint, filled in step by step. */
export interface Flow {
  readonly ctx: Context;
  readonly parts: AuthorizeParts;
  /** Of the query; of a parameter that comes several times, all values. */
  readonly params: URLSearchParams;
  /** The form of the confirmation page; null for a GET. */
  readonly form: Form | null;
  session?: Session;
  client?: OAuthClient;
  /** Where to send the browser; from then on errors go there too. */
  redirectUri?: string;
  /** Raw scopes that the client asks for, then those that the user grants. */
  scopes?: readonly string[];
}

/** A step either fills in the flow, throws, or ends it with an answer. */
export type Step = (flow: Flow) => Promise<Reply | 'answered' | void> | Reply | 'answered' | void;

/** A value that an earlier step has filled in; its absence is a mistake in the table of steps. */
export function filled<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the flow has no ${name} yet`);
  return value;
}
