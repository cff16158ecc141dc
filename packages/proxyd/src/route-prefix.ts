import { escapeName, TshubError } from '@tshub/contract';
import { decodeSegment, SegmentReader } from './route-path.ts';
import { routeRoots } from './route-table.ts';

const maxSegments = 8;
const maxLength = 1024;

export interface Prefix {
  /** Normal form: names escaped as in `serverPrefix`, a slash at the end. */
  readonly text: string;
  readonly segments: readonly string[];
}

/** Reads the prefix of a route; throws bad_request for one that no request could match, route_conflict for what is the hub's. */
export function parsePrefix(text: string): Prefix {
  const segments = readSegments(text);
  const [first] = segments;
  if (segments.length < 2 || !routeRoots.some((name) => name === first)) {
    throw new TshubError('route_conflict', { prefix: text });
  }
  return { text: normalText(segments, text), segments };
}

/** Reads the prefix of an operator's route, which may be any, "/" too; the first segment is the host when hosts choose. Throws bad_request. */
export function parseAnyPrefix(text: string): Prefix {
  const segments = readSegments(text);
  return { text: segments.length === 0 ? '/' : normalText(segments, text), segments };
}

/** A prefix whose first segment is a host, as that host sees it. */
export function withoutFirst(prefix: string): string {
  return prefix.slice(Math.max(0, prefix.indexOf('/', 1)));
}

/** It is read again at a restart, and by further threads: so it may not be too long either. */
function normalText(segments: readonly string[], given: string): string {
  const text = `/${segments.map(escapeName).join('/')}/`;
  if (text.length > maxLength) throw badPrefix(given);
  return text;
}

function readSegments(text: string): string[] {
  if (!text.startsWith('/') || text.length > maxLength) throw badPrefix(text);
  const segments: string[] = [];
  const reader = new SegmentReader(text);
  for (let raw = reader.read(); raw !== null; raw = reader.read()) {
    if (raw === '' && reader.atEnd) break;
    const segment = raw === '' ? null : decodeSegment(raw);
    if (segment === null) throw badPrefix(text);
    segments.push(segment);
  }
  if (segments.length > maxSegments) throw badPrefix(text);
  return segments;
}

function badPrefix(text: string): TshubError {
  const found = JSON.stringify(text.slice(0, 100));
  return new TshubError('bad_request', { problem: `prefix: expected a path such as "/user/ada/", found ${found}` });
}
