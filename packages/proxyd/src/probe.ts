import { codeOf, sentenceOf } from './failure.ts';
import { coded, type Upstream, upstreamCodes } from './upstream.ts';

export interface ProbeAnswer {
  /** HTTP status, or 0 without an answer. */
  readonly status: number;
  /** X-JupyterHub-Version of the answer, or ''. */
  readonly version: string;
  /** Why there was no answer, as the end of a sentence; or ''. */
  readonly problem: string;
}

export const maxProbeMs = 30_000;

/** Asks once for a path, following nothing, and gives up after `timeoutMs` as a whole. Never throws. */
export function probe(upstream: Upstream, path: string, timeoutMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const ask = upstream.requestAlone({
      method: 'GET',
      path,
      headers: { host: 'localhost', accept: 'application/json', connection: 'close' },
    });
    const settle = (answer: ProbeAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      ask.destroy();
    };
    const timer = setTimeout(() => {
      ask.destroy(coded(upstreamCodes.silent, `no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    ask.once('response', (answer) => {
      const version = answer.headers['x-jupyterhub-version'];
      settle({ status: answer.statusCode ?? 0, version: typeof version === 'string' ? version : '', problem: '' });
    });
    ask.once('upgrade', (_answer, socket) => {
      socket.destroy();
      settle({ status: 0, version: '', problem: 'it switched to another protocol unasked' });
    });
    ask.on('error', (error) => settle({ status: 0, version: '', problem: problemOf(error) }));
    ask.end();
  });
}

function problemOf(error: Error): string {
  return codeOf(error) === upstreamCodes.peer ? `the socket ${sentenceOf(error)}` : sentenceOf(error);
}
