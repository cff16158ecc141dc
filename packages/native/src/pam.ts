import type { RawPamOptions, RawPamOutcome } from './addon.ts';
import { addon } from './load.ts';
import { type PamReason, pamCodes, pamReason } from './pam-reason.ts';

/** One message of PAM's conversation: `secret` and `prompt` want an answer (without and with echo), the others are shown. */
export interface PamMessage {
  readonly style: 'secret' | 'prompt' | 'info' | 'error';
  readonly text: string;
}

/** `confdir` is a folder of PAM service files to use instead of /etc/pam.d. */
export type PamOptions = RawPamOptions;

export type PamOutcome =
  | { readonly ok: true; readonly user: string }
  | {
      readonly ok: false;
      readonly code: number;
      readonly step: RawPamOutcome['step'];
      readonly reason: PamReason;
      readonly text: string;
    };

/** Answers one call of PAM's conversation: a string for each question, null for what is only shown. Null for a question gives up. */
export type PamConverse = (messages: readonly PamMessage[]) => Promise<ReadonlyArray<string | null>>;

/**
 * Runs authentication, the account check and (for an expired password) its change, on a thread of its own.
 * Rejects with what `converse` threw; every outcome of PAM itself, good or bad, is a PamOutcome. Never limits the time.
 */
export async function pamLogin(options: PamOptions, converse: PamConverse): Promise<PamOutcome> {
  let failure: { readonly error: unknown } | undefined;
  let gaveUp = false;

  // The thread waits for `answer` whatever happens here, so every path ends in it.
  const respond = async (messages: PamMessage[], answer: (values: ReadonlyArray<string | null> | null) => void) => {
    try {
      const values = await askAll(messages, converse);
      gaveUp ||= values === null;
      answer(values);
    } catch (error) {
      failure ??= { error };
      answer(null);
    }
  };
  const raw = await addon.pamLogin(options, (messages, answer) => void respond(messages, answer));

  if (failure) throw failure.error;
  const { code, step, text, user } = raw;
  if (code === pamCodes.SUCCESS) return { ok: true, user };
  return { ok: false, code, step, reason: gaveUp ? 'aborted' : pamReason(step, code), text };
}

async function askAll(messages: readonly PamMessage[], converse: PamConverse) {
  const values = await converse(messages);
  const isGivenUp = messages.some(
    ({ style }, index) => (style === 'secret' || style === 'prompt') && values[index] === null,
  );
  return isGivenUp ? null : values;
}
