import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { type Answer, answerOf } from './error-page.ts';
import { parseOperatorTarget } from './operator-target.ts';
import type { UpstreamTls } from './tls/upstream-tls.ts';

/** Somebody waits for the page, who has waited for an answer already. */
const timeoutMs = 3_000;
const maxSize = 1_048_576;

/** The page of `target`/`status`?url=`asked`, as the peer asks for it; null when there is none in time. */
export async function fetchErrorPage(
  base: string,
  status: number,
  asked: string,
  tls: UpstreamTls,
): Promise<Answer | null> {
  const { target, path } = parseOperatorTarget(base);
  const isTls = target.kind === 'tcp' && target.isTls === true;
  const options: RequestOptions = {
    ...(target.kind === 'unix' ? { socketPath: target.path } : { host: target.host, port: target.port }),
    path: `${path}/${status}?url=${encodeURIComponent(asked)}`,
    headers: { accept: 'text/html' },
    signal: AbortSignal.timeout(timeoutMs),
    // A kept connection may be closed just as it is used, and there is no time for another try.
    agent: false,
  };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const ask = isTls ? requestTls({ ...options, ...tls }, resolve) : request(options, resolve);
      ask.on('error', reject);
      ask.end();
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxSize) return null;
      chunks.push(chunk);
    }
    const { 'content-type': type = 'text/html', 'content-encoding': coding } = answer.headers;
    const headers = ['Content-Type', type, ...(coding === undefined ? [] : ['Content-Encoding', coding])];
    return answerOf(status, headers, Buffer.concat(chunks));
  } catch {
    return null;
  }
}
