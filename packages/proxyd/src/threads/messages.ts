import type { Settings } from '@tshub/config';
import type { RouteChange } from '../routes.ts';
import type { StoredRoute } from '../routes-store.ts';

/** What the first thread of proxyd and the further ones say to each other. Of the same program, so that nothing is parsed. */

/** The settings that a further thread serves by. */
export type ThreadSettings = Pick<Settings, 'hub' | 'logging' | 'pages' | 'proxy' | 'proxy_routes' | 'proxy_tls'>;

/** What a thread has from its first moment. */
export interface Beginning {
  readonly settings: ThreadSettings;
  readonly hubUid: number;
  /** Whether connections are more than HTTP: TLS, or a PROXY protocol head. */
  readonly hasFront: boolean;
  /** Names and addresses of this host. */
  readonly hostNames: readonly string[];
  /** So that a session of TLS goes on in any thread. */
  readonly ticketKeys: Uint8Array | null;
}

/** What is asked of a thread, and answered. */
export type Question =
  | { readonly kind: 'routes'; readonly changes: readonly RouteChange[] }
  | { readonly kind: 'prepare-reload'; readonly settings: ThreadSettings }
  | { readonly kind: 'apply-reload' }
  | { readonly kind: 'report' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'close'; readonly hasSuccessor: boolean };

export type ToThread =
  | { readonly kind: 'begin'; readonly beginning: Beginning; readonly routes: readonly StoredRoute[] }
  | { readonly kind: 'connection'; readonly id: number; readonly fd: number }
  /** How many threads have the bounds of servers together. */
  | { readonly kind: 'threads'; readonly count: number }
  | { readonly kind: 'ticket-keys'; readonly keys: Uint8Array }
  /** Their files have changed. */
  | { readonly kind: 'certificates'; readonly ticketKeys: Uint8Array }
  | { readonly kind: 'make-room' }
  | { readonly kind: 'hurry' }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question };

/** What a thread has counted since it began, and the activity since its last report. */
export interface Report {
  readonly requests: bigint;
  readonly upgrades: number;
  /** Open now. */
  readonly websockets: number;
  readonly answers: ReadonlyMap<number, number>;
  readonly handshakes: number;
  readonly handshakeFailures: number;
  /** By prefix; milliseconds since 1970. */
  readonly activity: Readonly<Record<string, number>>;
}

export type FromThread =
  | { readonly kind: 'ready' }
  /** A connection has ended. */
  | { readonly kind: 'gone'; readonly id: number }
  | { readonly kind: 'report'; readonly report: Report }
  /** `problem`: what went wrong, for whoever asked. */
  | { readonly kind: 'answer'; readonly id: number; readonly problem?: string };
