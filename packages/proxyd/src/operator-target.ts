import { TshubError } from '@tshub/contract';
import type { Target } from './target.ts';

/** Where an operator's route leads: a URL, as the peer's API takes it. */
export interface OperatorTarget {
  readonly target: Target;
  /** Path of the URL, without a slash at its end. */
  readonly path: string;
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const overUnix = new Set(['http+unix:', 'unix+http:']);

/** Reads `http://host:port/path`, `https://…`, `http+unix://%2Fpath%2Fsocket/path` or `unix:/path/socket`; throws bad_request. */
export function parseOperatorTarget(text: string): OperatorTarget {
  if (text.startsWith('unix:/')) return { target: { kind: 'unix', path: text.slice('unix:'.length) }, path: '' };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw badTarget(text);
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (overUnix.has(url.protocol)) {
    const socket = decodeSocket(url.host);
    if (socket === null) throw badTarget(text);
    return { target: { kind: 'unix', path: socket }, path };
  }
  const port = url.port === '' ? defaultPorts[url.protocol] : Number(url.port);
  if (port === undefined || port === 0 || url.hostname === '') throw badTarget(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { target: { kind: 'tcp', host, port, isTls: url.protocol === 'https:' }, path };
}

function decodeSocket(host: string): string | null {
  try {
    const path = decodeURIComponent(host);
    return path.startsWith('/') && !path.includes('\0') ? path : null;
  } catch {
    return null;
  }
}

function badTarget(text: string): TshubError {
  const found = JSON.stringify(text.slice(0, 200));
  const problem = `target: expected a URL such as "http://127.0.0.1:8081" or "http+unix://%2Frun%2Fhub.sock", found ${found}`;
  return new TshubError('bad_request', { problem });
}
