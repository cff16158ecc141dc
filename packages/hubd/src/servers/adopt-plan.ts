import { serverUnit, type UnitStatus } from '@tshub/contract';
import { isAlive } from './spawner-link.ts';

/** A server that the hub believes to be active. */
export interface Believed {
  readonly user: string;
  readonly name: string;
  /** '' for a start that did not get as far as a unit. */
  readonly invocation: string;
}

export type Verdict =
  /** It runs, and it is the same one. */
  | { readonly kind: 'keep'; readonly status: UnitStatus }
  /** It ran once and does not any more; `status` is what is left of its unit. */
  | { readonly kind: 'died'; readonly status: UnitStatus | undefined }
  /** Its start was cut short: what there may be of it has no known token. */
  | { readonly kind: 'half-way' };

export interface AdoptPlan<B extends Believed> {
  readonly verdicts: ReadonlyArray<{ readonly server: B; readonly verdict: Verdict }>;
  /** Units that no active server stands for, and what to do with them. */
  readonly strangers: ReadonlyArray<{ readonly status: UnitStatus; readonly todo: 'stop' | 'forget' }>;
}

/** Compares what the hub believes with what the service manager has. The invocation tells a server from another one of the same name. */
export function adoptPlan<B extends Believed>(believed: readonly B[], present: readonly UnitStatus[]): AdoptPlan<B> {
  const statusOf = new Map(present.map((status) => [status.unit, status]));
  const known = new Set<string>();
  const verdicts = believed.map((server) => {
    const unit = serverUnit(server.user, server.name);
    const status = statusOf.get(unit);
    const verdict = judge(server, status);
    // A unit that is kept or whose end is told is its server's matter; any other of that name is a stranger.
    if (verdict.kind !== 'died' || verdict.status !== undefined) known.add(unit);
    return { server, verdict };
  });
  const strangers = present
    .filter((status) => !known.has(status.unit))
    .map((status) => ({ status, todo: isAlive(status) ? ('stop' as const) : ('forget' as const) }));
  return { verdicts, strangers };
}

function judge(server: Believed, status: UnitStatus | undefined): Verdict {
  if (server.invocation === '') return { kind: 'half-way' };
  if (status?.invocation !== server.invocation) return { kind: 'died', status: undefined };
  return isAlive(status) ? { kind: 'keep', status } : { kind: 'died', status };
}
