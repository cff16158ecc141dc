import { isIPv4 } from 'node:net';
import { TshubError } from '@tshub/contract';

/** Where a server listens. TCP targets are on this host's loopback: elsewhere nobody could tell whose process answers. */
export type Target =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isTls?: boolean };

// sun_path is 108 bytes with its NUL.
const maxSocketPath = 107;

/** Reads `unix:/path` or `tcp:host:port`; throws bad_request. UNIX sockets must be below one of `roots`. */
export function parseTarget(text: string, roots: readonly string[]): Target {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (isPlainPath(path) && roots.some((root) => path.startsWith(`${root}/`))) return { kind: 'unix', path };
    throw badTarget(text, `unix:${roots[0] ?? ''}/…`);
  }
  const tcp = /^tcp:(.+):(\d{1,5})$/.exec(text);
  const host = tcp?.[1] === '[::1]' ? '::1' : (tcp?.[1] ?? '');
  const port = Number(tcp?.[2] ?? 0);
  const isLoopback = host === '::1' || (isIPv4(host) && host.startsWith('127.'));
  if (isLoopback && port >= 1 && port <= 65_535) return { kind: 'tcp', host, port };
  throw badTarget(text, 'unix:/path or tcp:127.0.0.1:port');
}

/** The reverse of parseTarget. */
export function printTarget(target: Target): string {
  if (target.kind === 'unix') return `unix:${target.path}`;
  return `tcp:${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/** Absolute, without empty and dot segments and NUL. */
// oxlint-disable-next-line no-control-regex
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/;

function isPlainPath(path: string): boolean {
  return plainPath.test(path) && Buffer.byteLength(path) <= maxSocketPath;
}

function badTarget(text: string, expected: string): TshubError {
  const found = JSON.stringify(text.slice(0, 200));
  return new TshubError('bad_request', { problem: `target: expected ${expected}, found ${found}` });
}
