import type { Asker } from '../../packages/proxyd/src/upstream-connection.ts';

const ignore = (): void => undefined;

/** Somebody who waits for an answer of a server, and makes nothing of it. */
export function askerForTest(facts: Partial<Asker> = {}): Asker {
  return {
    method: 'GET',
    address: '',
    isRequestSent: true,
    upgrade: null,
    onConnection: ignore,
    onContinue: ignore,
    onAnswer: ignore,
    onBody: ignore,
    onAnswerEnd: ignore,
    onPause: ignore,
    onSwitch: () => {
      throw new Error('it was not asked for');
    },
    onDrain: ignore,
    isPassedOn: () => true,
    onFailure: ignore,
    ...facts,
  };
}
