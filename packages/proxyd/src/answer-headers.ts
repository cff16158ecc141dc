import type { Destination } from './destination.ts';
import { removeField } from './head-fields.ts';
import { responseHeaders } from './headers.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** What is sent to the client for the headers of an answer; `hsts` is what the proxy itself says of https, or ''. */
export function answerHeaders(answer: ResponseHead, head: RequestHead, to: Destination, hsts: string): string[] {
  const headers = responseHeaders(answer.raw, { serverPrefix: to.serverPrefix, target: head.target });
  // A length that nothing follows: some reader might wait for it, and take the next answer.
  if (answer.status === 204) removeField(headers, 'content-length');
  to.rewrite?.response(headers, answer.status, head.host ?? '');
  if (hsts !== '') headers.push('Strict-Transport-Security', hsts);
  return headers;
}
