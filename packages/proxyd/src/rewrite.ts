import type { Settings } from '@tshub/config';
import type { OperatorTarget } from './operator-target.ts';
import { pathOf, SegmentReader } from './route-path.ts';

/** What is changed of messages to and from one of an operator's routes; the hub's own routes are passed on as they are. */
export interface Rewrite {
  /** What is asked of the server for a request target of the client. */
  target(asked: string): string;
  /** Changes the flat list of a request's headers in place. */
  request(headers: string[]): void;
  /** Changes the flat list of an answer's headers in place; `host` is what the client asked for. */
  response(headers: string[], status: number, host: string): void;
}

export type RewriteSettings = Settings['proxy_routes'];

const redirects = new Set([201, 301, 302, 303, 307, 308]);
const forwarding = /^(?:x-forwarded-(?:for|host|port|proto)|x-real-ip)$/i;

/** `depth`: how many segments of the path chose the route. */
export function rewriteFor(settings: RewriteSettings, to: OperatorTarget, depth: number): Rewrite {
  const base = settings.prepend_path ? to.path : '';
  const authority = authorityOf(to);
  const extra = Object.entries(settings.headers);
  return {
    target: (asked) => base + (settings.include_prefix ? asked : withoutSegments(asked, depth)),
    request(headers) {
      if (!settings.x_forwarded) removeWhere(headers, (name) => forwarding.test(name));
      if (settings.change_origin && authority !== null) setHeader(headers, 'Host', authority);
      for (const [name, value] of extra) setHeader(headers, name, value);
    },
    response(headers, status, host) {
      const { auto_rewrite: auto, protocol_rewrite: protocol } = settings;
      if (authority === null || !redirects.has(status) || (!auto && protocol === '')) return;
      for (let i = 0; i + 1 < headers.length; i += 2) {
        if (headers[i]?.toLowerCase() !== 'location') continue;
        headers[i + 1] = rewriteLocation(headers[i + 1] ?? '', { authority, host: auto ? host : '', protocol });
      }
    },
  };
}

/** Only what points at the server itself; the text is left alone but for scheme and host. */
function rewriteLocation(location: string, by: { authority: string; host: string; protocol: string }): string {
  const found = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(location);
  if (found === null || found[2]?.toLowerCase() !== by.authority) return location;
  return `${by.protocol || found[1]}://${by.host || found[2]}${found[3]}`;
}

/** What stands in a Host header for this server; null for a UNIX socket, which has none. */
function authorityOf({ target }: OperatorTarget): string | null {
  if (target.kind === 'unix') return null;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host.toLowerCase();
  return target.port === (target.isTls === true ? 443 : 80) ? host : `${host}:${target.port}`;
}

/** A request target without the first segments of its path. */
function withoutSegments(asked: string, count: number): string {
  const path = pathOf(asked);
  const reader = new SegmentReader(path);
  for (let i = 0; i < count; i++) reader.read();
  return (path.slice(reader.position - 1) || '/') + asked.slice(path.length);
}

function removeWhere(headers: string[], isUnwanted: (name: string) => boolean): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (isUnwanted(headers[i] ?? '')) headers.splice(i, 2);
}

function setHeader(headers: string[], name: string, value: string): void {
  removeWhere(headers, (present) => present.toLowerCase() === name.toLowerCase());
  headers.push(name, value);
}
