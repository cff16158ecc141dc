import { receivedError, TshubError, units, type ErrorCode } from '@tshub/contract';

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'no_credentials',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'user_exists',
  413: 'body_too_large',
  429: 'too_many_requests',
  502: 'daemon_away',
  503: 'daemon_away',
  504: 'daemon_away',
};

/** The error of an answer that is not a success: the hub's own sentence, or the status if a stranger answered. */
export function errorOfAnswer(status: number, body: string): TshubError {
  const code = codes[status] ?? (status < 500 ? 'bad_request' : 'internal');
  const sentence = messageOf(body);
  if (sentence !== undefined) return receivedError(code, sentence);
  if (code === 'daemon_away') return new TshubError(code, { unit: units.hub });
  return receivedError(code, `the hub answered ${status} without a reason; is something else listening there?`);
}

/** The error of a request that got no answer. */
export function errorOfConnection(url: string, cause: unknown): TshubError {
  const error = new TshubError('daemon_away', { unit: units.hub }, { cause });
  error.message = `no answer from ${url}: ${reasonOf(cause)}; see: systemctl status ${units.hub}`;
  return error;
}

/** The API's errors are {"status", "message"}. */
function messageOf(body: string): string | undefined {
  try {
    const parsed = JSON.parse(body) as unknown;
    const message = typeof parsed === 'object' && parsed !== null && 'message' in parsed ? parsed.message : undefined;
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error && error.cause.message !== '') return error.cause.message;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : error.message;
}
