import { codeOf, sentenceOf } from './failure.ts';
import { valueOf } from './head-fields.ts';
import type { ResponseHead } from './response-head.ts';
import type { Upstream } from './upstream.ts';
import { coded, upstreamCodes } from './upstream-codes.ts';
import type { Asker, UpstreamConnection } from './upstream-connection.ts';

export interface ProbeAnswer {
  /** HTTP status, or 0 without an answer. */
  readonly status: number;
  /** X-JupyterHub-Version of the answer, or ''. */
  readonly version: string;
  /** Why there was no answer, as the end of a sentence; or ''. */
  readonly problem: string;
}

export const maxProbeMs = 30_000;

/** An answer, and whether another one may come: not from a socket that is somebody else's. */
export interface Try extends ProbeAnswer {
  readonly isFinal: boolean;
}

/** Asks once for a path, following nothing, and gives up after `timeoutMs` as a whole. Never throws. */
export function probe(upstream: Upstream, path: string, timeoutMs: number): Promise<Try> {
  return new Promise((resolve) => {
    const settle = (answer: ProbeAnswer, isFinal = false) => {
      clearTimeout(timer);
      resolve({ ...answer, isFinal });
      connection.drop();
    };
    const fail = (error: Error) =>
      settle({ status: 0, version: '', problem: problemOf(error) }, codeOf(error) === upstreamCodes.peer);
    const timer = setTimeout(() => {
      fail(coded(upstreamCodes.silent, `no answer within ${Math.ceil(timeoutMs / 100) / 10} s`));
    }, timeoutMs);
    const connection = upstream.pool.askUncounted(new Probe(path, settle, fail));
  });
}

/** One GET of which only the head of the answer matters. */
class Probe implements Asker {
  readonly address = '';
  readonly method = 'GET';
  readonly isRequestSent = true;
  readonly upgrade = null;
  readonly onFailure: (error: Error) => void;
  #path: string;
  #settle: (answer: ProbeAnswer) => void;

  constructor(path: string, settle: (answer: ProbeAnswer) => void, fail: (error: Error) => void) {
    this.#path = path;
    this.#settle = settle;
    this.onFailure = fail;
  }

  onConnection({ socket }: UpstreamConnection): void {
    const lines = [`GET ${this.#path} HTTP/1.1`, 'Host: localhost', 'Accept: application/json', 'Connection: close'];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  }

  onAnswer({ status, raw }: ResponseHead): void {
    this.#settle({ status, version: valueOf(raw, 'x-jupyterhub-version') ?? '', problem: '' });
  }

  onSwitch(): never {
    throw new Error('a probe asks for no other protocol');
  }

  onContinue(): void {}
  onBody(): void {}
  onAnswerEnd(): void {}
  onPause(): void {}
  onDrain(): void {}
  isPassedOn(): boolean {
    return false;
  }
}

function problemOf(error: Error): string {
  return codeOf(error) === upstreamCodes.peer ? `the socket ${sentenceOf(error)}` : sentenceOf(error);
}
