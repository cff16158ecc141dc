import type { EventName } from '@tshub/contract';
import type { UserQuery } from '../users/user.ts';

/** What an entry is about; each kind has a bound of its own, so that many logins do not push out what was changed. */
export const auditKinds = ['change', 'login', 'server'] as const;
export type AuditKind = (typeof auditKinds)[number];

/** One thing that was done, as the journal tells it. Names are those of that time, '' for what is not said. */
export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly kind: AuditKind;
  /** Whom it was done to, or who logged in. */
  readonly user: string;
  readonly by: string;
  readonly from: string;
  /** `cookie`, `token a12`, `bus`. */
  readonly via: string;
  readonly says: string;
}

export interface AuditQuery {
  readonly kind: AuditKind | null;
  /** Done by them or to them; '' for everybody. */
  readonly user: string;
  /** Only what was done to these and to the members of these groups; what is about nobody is left out. */
  readonly only?: UserQuery['only'];
  /** Only what is older than this entry. */
  readonly before: number | null;
  readonly limit: number;
}

export interface Audit {
  /** Newest first, with what was noted up to now. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

/** The events that are kept. */
export const auditedEvents: Partial<Record<EventName, AuditKind>> = {
  'config-reloaded': 'change',
  'group-changed': 'change',
  'limits-changed': 'change',
  login: 'login',
  'login-refused': 'login',
  logout: 'login',
  'role-changed': 'change',
  'server-culled': 'server',
  'server-failed': 'server',
  'server-oom': 'server',
  'server-ready': 'server',
  'server-start': 'server',
  'server-stopped': 'server',
  'service-made': 'change',
  'service-removed': 'change',
  'share-changed': 'change',
  shutdown: 'change',
  token: 'change',
  'token-revoked': 'change',
  'user-changed': 'change',
};
