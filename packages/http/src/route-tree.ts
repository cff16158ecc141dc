/** Paths with parameters, found segment by segment: what a look-up costs does not depend on how many routes there are. */
export class RouteTree<T> {
  readonly #root: Node<T> = newNode();

  /** `/users/:user/server`. Throws when the path has this method already. */
  add(method: string, path: string, value: T): void {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of segmentsOf(path)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1));
        node = node.parameter ??= newNode();
      } else node = childOf(node, segment);
    }
    if (node.methods.has(method)) throw new Error(`two routes for ${method} ${path}`);
    node.methods.set(method, { value, names });
  }

  /** What there is at a path, by method; undefined when there is nothing. A parameter is never empty, and percent-decoded. */
  find(path: string): Found<T> | undefined {
    const segments = segmentsOf(path);
    const node = walk(this.#root, segments, 0, []);
    return node === undefined ? undefined : { methods: node.node.methods, values: node.values.map(decode) };
  }
}

export interface Found<T> {
  readonly methods: ReadonlyMap<string, { readonly value: T; readonly names: readonly string[] }>;
  /** Of the parameters, in their order. */
  readonly values: readonly string[];
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  readonly methods: Map<string, { readonly value: T; readonly names: readonly string[] }>;
}

function newNode<T>(): Node<T> {
  return { literals: new Map(), parameter: undefined, methods: new Map() };
}

function childOf<T>(node: Node<T>, segment: string): Node<T> {
  let child = node.literals.get(segment);
  if (child === undefined) node.literals.set(segment, (child = newNode()));
  return child;
}

/** A literal wins over a parameter, also when the rest of the path only fits behind the parameter. */
function walk<T>(
  node: Node<T>,
  segments: readonly string[],
  at: number,
  values: readonly string[],
): { readonly node: Node<T>; readonly values: readonly string[] } | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.methods.size > 0 ? { node, values } : undefined;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : walk(literal, segments, at + 1, values);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  return walk(node.parameter, segments, at + 1, [...values, segment]);
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

/** What is no valid escape is taken as it is: no name of anything looks like that. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
