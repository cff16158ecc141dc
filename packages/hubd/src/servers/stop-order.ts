import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import { printable } from './server-name.ts';

/** Who stops a server and why, in the words that its owner and the log are told. */
export interface StopOrder {
  /** Sentence for the owner; '' when they did it themselves. */
  readonly lastEnd: string;
  /** Continues "ada's server was stopped". */
  readonly told: string;
  readonly event: 'server-stopped' | 'server-culled';
  /** From where and with what, too. */
  readonly who: ReturnType<typeof byWhom>;
}

const reasonLength = 200;

/** `reason` comes from whoever stops it and may be anything. */
export function stopOrder(caller: Caller, user: string, reason: string): StopOrder {
  const why = printable(reason, reasonLength);
  const { owner } = caller;
  if (owner.kind === 'service' && owner.name === 'culler') {
    const because = why === '' ? 'it was idle' : why;
    return {
      lastEnd: `The server was stopped: ${because}`,
      told: `: ${because}`,
      event: 'server-culled',
      who: byWhom(caller),
    };
  }
  const colon = why === '' ? '' : `: ${why}`;
  if (owner.kind === 'user' && owner.name === user) {
    return {
      lastEnd: why === '' ? '' : `The server was stopped${colon}`,
      told: ` by its owner${colon}`,
      event: 'server-stopped',
      who: byWhom(caller),
    };
  }
  const who = owner.kind === 'user' ? owner.name : `${owner.name} (${caller.from})`;
  return {
    lastEnd: `The server was stopped by an administrator${colon}`,
    told: ` by ${who}${colon}`,
    event: 'server-stopped',
    who: byWhom(caller),
  };
}
