import { TshubError } from '@tshub/contract';
import type { Pending } from './server.ts';

/** What a server is doing, as the hub sees it. */
export type Phase = 'stopped' | 'starting' | 'ready' | 'stopping' | 'checking';

/** What can happen to a server. */
export type Happening =
  | 'start'
  | 'answered'
  | 'failed'
  | 'stop'
  | 'stopped'
  | 'stop-failed'
  | 'ended'
  | 'kept'
  | 'found';

const moves: Readonly<Record<Phase, Partial<Record<Happening, Phase>>>> = {
  stopped: { start: 'starting', found: 'checking' },
  starting: { answered: 'ready', failed: 'stopped', stop: 'stopping' },
  ready: { stop: 'stopping', ended: 'stopping' },
  // A stop that failed leaves a unit of which nobody knows what it does: it is looked at again.
  stopping: { stopped: 'stopped', 'stop-failed': 'checking' },
  checking: { kept: 'ready', ended: 'stopping', stop: 'stopping' },
};

/** Where a happening leads; undefined when it cannot happen in this phase. */
export function nextPhase(phase: Phase, happening: Happening): Phase | undefined {
  return moves[phase][happening];
}

/** The word of the REST model for a phase. */
export function pendingOf(phase: Phase): Pending | null {
  switch (phase) {
    case 'starting':
      return 'spawn';
    case 'stopping':
      return 'stop';
    case 'checking':
      return 'check';
    case 'ready':
    case 'stopped':
      return null;
  }
}

/** Throws already_running or pending unless a start may begin. `label` names the server in the sentence. */
export function checkMayStart(phase: Phase, label: string): void {
  if (phase === 'ready') throw new TshubError('already_running', { server: label });
  const pending = pendingOf(phase);
  if (pending !== null) throw new TshubError('pending', { server: label, pending });
}
