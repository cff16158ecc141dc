/** Reading the path of a request target. Pure; the rules are in the design under "proxyd". */

const plainSegment = /^[A-Za-z0-9_~@+=:,!$&'()*;.-]+$/;
// Visible ASCII but `"#?\`.
const rawSegment = /^[!$-.0->@-[\]-~]+$/;
// What never may come out of a segment that chooses a route: separators, and what cannot be in a name.
// oxlint-disable-next-line no-control-regex
const ambiguous = /[/\\\u0000-\u001f\u007f]/;
const dotSegment = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/\\]|%2f|%5c)/i;

/** The path of a request target: everything before the first `?`. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** Whether some reader would climb out of a folder here: `.` or `..`, raw or encoded, between separators of any kind. */
export function hasDotSegment(path: string): boolean {
  return dotSegment.test(path);
}

/** What one raw segment names, so that `@` equals `%40`; null when two readers could disagree about it. */
export function decodeSegment(raw: string): string | null {
  if (raw === '.' || raw === '..') return null;
  if (plainSegment.test(raw)) return raw;
  if (!rawSegment.test(raw)) return null;
  try {
    const decoded = decodeURIComponent(raw);
    return decoded === '.' || decoded === '..' || ambiguous.test(decoded) ? null : decoded;
  } catch {
    return null;
  }
}

/** Walks the raw segments of a path, from the first; `''` stands for an empty one and for the end after a last slash. */
export class SegmentReader {
  #path: string;
  #next = 1;

  /** `path` begins with `/`. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The next raw segment, or null at the end. */
  read(): string | null {
    if (this.#next > this.#path.length) return null;
    const slash = this.#path.indexOf('/', this.#next);
    const end = slash === -1 ? this.#path.length : slash;
    const segment = this.#path.slice(this.#next, end);
    this.#next = end + 1;
    return segment;
  }

  /** Where the next segment begins; beyond the path's end when there is none. */
  get position(): number {
    return this.#next;
  }

  get atEnd(): boolean {
    return this.#next > this.#path.length;
  }
}
