/** One complete type of a signature. */
export interface TypeNode {
  readonly type: string;
  readonly child: readonly TypeNode[];
  /** As it is written: `a{sv}`. */
  readonly text: string;
}

const types = 'ybnqiuxtdsoghva({';
const basic = 'ybnqiuxtdsogh';
/** What the specification allows, of arrays and structures together. */
const deepest = 64;
const longest = 255;
/** Few signatures are in use; a stranger who invents new ones fills no memory. */
const remembered = 500;
const known = new Map<string, readonly TypeNode[]>();

/** `sa{sv}` -> its complete types; throws TypeError for what is none. */
export function parseSignature(text: string): readonly TypeNode[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (text.length > longest) throw new TypeError('a signature of more than 255 characters');
  const nodes: TypeNode[] = [];
  for (let at = 0; at < text.length;) {
    const node = parseOne(text, at, 0);
    nodes.push(node);
    at += node.text.length;
  }
  if (known.size >= remembered) known.clear();
  known.set(text, nodes);
  return nodes;
}

function parseOne(text: string, at: number, depth: number): TypeNode {
  const type = text[at] ?? '';
  if (type === '' || !types.includes(type) || depth > deepest || (type === '{' && text[at - 1] !== 'a'))
    throw new TypeError(`"${text}" is no signature`);
  if (type === 'a') {
    const inner = parseOne(text, at + 1, depth + 1);
    return { type, child: [inner], text: `a${inner.text}` };
  }
  const close = type === '(' ? ')' : type === '{' ? '}' : null;
  if (close === null) return { type, child: [], text: type };
  const child: TypeNode[] = [];
  let end = at + 1;
  while (text[end] !== close) {
    const node = parseOne(text, end, depth + 1);
    child.push(node);
    end += node.text.length;
  }
  const isEntry = child.length === 2 && basic.includes(child[0]?.type ?? ' ');
  if (child.length === 0 || (type === '{' && !isEntry)) throw new TypeError(`"${text}" is no signature`);
  return { type, child, text: text.slice(at, end + 1) };
}
