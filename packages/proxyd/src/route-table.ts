import { decodeSegment, hasDotSegment, pathOf, SegmentReader } from './route-path.ts';

/** First segments below which routes can be; whatever follows one of them chooses a route, whether or not any is there. */
export const routeRoots = ['services', 'user'] as const;

/** Which route a request target leads to: null is the hub. A problem means that it must be refused. */
export type Found<R> = { readonly route: R | null; readonly problem?: undefined } | { readonly problem: string };

interface Node<R> {
  /** null for none, as most have: there may be thousands. */
  children: Map<string, Node<R>> | null;
  /** Stays, and chooses, without children too, so that a path is judged alike whichever routes there are. */
  readonly isFixed: boolean;
  route: R | null;
}

function makeNode<R>(isFixed: boolean): Node<R> {
  return { children: null, isFixed, route: null };
}

const nowhere: Node<never> = makeNode(false);

function nameOfHost(host = ''): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** Longest prefix by segment, in as many steps as the longest route has segments. Segments are decoded names. */
export class RouteTable<R> {
  #root = makeNode<R>(true);
  #size = 0;
  #isByHost: boolean;

  /** `isByHost`: the host that is asked for is the first segment of a route. */
  constructor(isByHost = false) {
    this.#isByHost = isByHost;
    this.#root.children = new Map(routeRoots.map((name) => [name, makeNode<R>(true)]));
  }

  get size(): number {
    return this.#size;
  }

  get(segments: readonly string[]): R | null {
    let node: Node<R> | undefined = this.#root;
    for (const segment of segments) node = node?.children?.get(segment);
    return node?.route ?? null;
  }

  /** Gives back the route that was there. */
  set(segments: readonly string[], route: R): R | null {
    let node = this.#root;
    for (const segment of segments) {
      const children: Map<string, Node<R>> = (node.children ??= new Map());
      let next = children.get(segment);
      if (next === undefined) {
        next = makeNode<R>(false);
        children.set(segment, next);
      }
      node = next;
    }
    const before = node.route;
    node.route = route;
    if (before === null) this.#size++;
    return before;
  }

  /** Gives back the route that was there. */
  delete(segments: readonly string[]): R | null {
    const steps: Array<{ parent: Node<R>; segment: string; node: Node<R> }> = [];
    let parent = this.#root;
    for (const segment of segments) {
      const node = parent.children?.get(segment);
      if (node === undefined) return null;
      steps.push({ parent, segment, node });
      parent = node;
    }
    const before = parent.route;
    if (before === null) return null;
    parent.route = null;
    this.#size--;
    for (const { parent: above, segment, node } of steps.toReversed()) {
      if (node.route !== null || node.children !== null || node.isFixed) break;
      above.children?.delete(segment);
      if (above.children?.size === 0) above.children = null;
    }
    return before;
  }

  /** All routes, parents before children. */
  *values(): Generator<R> {
    const waiting: Node<R>[] = [this.#root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.route !== null) yield node.route;
      if (node.children !== null) for (const child of node.children.values()) waiting.push(child);
    }
  }

  /**
   * Reads as much of a request target (origin form) as chooses its route; what follows is not looked at, but for dot segments.
   * When hosts choose, the name in the Host header is the first segment.
   */
  find(target: string, host?: string): Found<R> {
    if (!target.startsWith('/')) return { problem: 'expected a path that begins with "/"' };
    const path = pathOf(target);
    if (path.includes('#')) return { problem: 'a path cannot hold "#"' };
    if (hasDotSegment(path)) return { problem: 'a path cannot hold "." or ".." segments' };
    const reader = new SegmentReader(path);
    let node = this.#isByHost ? (this.#root.children?.get(nameOfHost(host)) ?? nowhere) : this.#root;
    let best = node.route ?? this.#root.route;
    while (node.isFixed || node.children !== null) {
      const raw = reader.read();
      if (raw === null || (raw === '' && reader.atEnd)) break;
      const segment = raw === '' ? null : decodeSegment(raw);
      if (segment === null) return { problem: 'the part of the path that names a server is ambiguous' };
      const next = node.children?.get(segment);
      if (next === undefined) break;
      node = next;
      if (node.route !== null) best = node.route;
    }
    return { route: best };
  }
}
