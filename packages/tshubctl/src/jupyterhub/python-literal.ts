/** Values as Python writes them. Nothing is run: what is no literal is not read. */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

class NoLiteral extends Error {}

/** The literal at the beginning of a text, and where it ends; undefined for anything else, such as a name or a call. */
export function readLiteral(text: string): { readonly value: Literal; readonly end: number } | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.expression();
    return { value, end: reader.at };
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

const words: Readonly<Record<string, Literal>> = { True: true, False: false, None: null };
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

/** Far more than anybody writes; a file of brackets fills no stack. */
const deepest = 100;

class Reader {
  readonly #text: string;
  #depth = 0;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Numbers may be products, as in `60 * 60` and `2 * 1024**3`. */
  expression(): Literal {
    if (++this.#depth > deepest) this.#refuse();
    let value = this.#power();
    while (this.#take(/\*(?!\*)/y) !== undefined) value = finite(number(value) * number(this.#power()));
    this.#depth -= 1;
    return value;
  }

  #power(): Literal {
    const base = this.#atom();
    if (this.#take(/\*\*/y) === undefined) return base;
    if (++this.#depth > deepest) this.#refuse();
    const value = finite(number(base) ** number(this.#power()));
    this.#depth -= 1;
    return value;
  }

  #atom(): Literal {
    const word = this.#take(/(?:True|False|None)\b/y);
    if (word !== undefined) return words[word] ?? null;
    const digits = this.#take(/-?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w])/y);
    if (digits !== undefined) return finite(Number(digits.replaceAll('_', '')));
    if (this.#take(/set\(\)/y) !== undefined) return [];
    if (this.#take(/\[/y) !== undefined) return this.#items(/\]/y);
    if (this.#take(/\(/y) !== undefined) return this.#parenthesis();
    if (this.#take(/\{/y) !== undefined) return this.#braces();
    return this.#strings();
  }

  #parenthesis(): Literal {
    if (this.#take(/\)/y) !== undefined) return [];
    const first = this.expression();
    if (this.#take(/\)/y) !== undefined) return first;
    this.#need(/,/y);
    return [first, ...this.#items(/\)/y)];
  }

  #items(end: RegExp): Literal[] {
    const found: Literal[] = [];
    while (this.#take(end) === undefined) {
      found.push(this.expression());
      if (this.#take(/,/y) === undefined) {
        this.#need(end);
        break;
      }
    }
    return found;
  }

  #braces(): Literal {
    if (this.#take(/\}/y) !== undefined) return {};
    const first = this.expression();
    if (this.#take(/:/y) === undefined) {
      if (this.#take(/\}/y) !== undefined) return [first];
      this.#need(/,/y);
      return [first, ...this.#items(/\}/y)];
    }
    const found: Record<string, Literal> = Object.create(null) as Record<string, Literal>;
    found[keyOf(first)] = this.expression();
    while (this.#take(/,/y) !== undefined && this.#peek(/\}/y) === undefined) {
      const key = this.expression();
      this.#need(/:/y);
      found[keyOf(key)] = this.expression();
    }
    this.#need(/\}/y);
    return found;
  }

  /** One string, or several beside each other, which are one. */
  #strings(): string {
    let found: string | undefined;
    for (;;) {
      const open = this.#take(/[rRuUbB]{0,2}("""|'''|"|')/y);
      if (open === undefined) break;
      const quote = open.replace(/^[a-zA-Z]*/, '');
      found = (found ?? '') + this.#string(quote, /r/i.test(open));
    }
    return found ?? this.#refuse();
  }

  #string(quote: string, isRaw: boolean): string {
    let found = '';
    while (!this.#text.startsWith(quote, this.at)) {
      const char = this.#text[this.at];
      if (char === undefined || (char === '\n' && quote.length === 1)) this.#refuse();
      this.at += 1;
      if (char !== '\\') found += char;
      else {
        const next = this.#text[this.at] ?? '';
        this.at += 1;
        found += isRaw ? `\\${next}` : (escapes[next] ?? (/[\\'"]/.test(next) ? next : `\\${next}`));
      }
    }
    this.at += quote.length;
    return found;
  }

  /** What is there next, after spaces, line ends and comments. */
  #take(pattern: RegExp): string | undefined {
    const found = this.#peek(pattern);
    if (found !== undefined) this.at = pattern.lastIndex;
    return found;
  }

  #peek(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#afterSpace();
    return pattern.exec(this.#text)?.[0];
  }

  /** By hand: a regular expression keeps a place for each step, and megabytes of spaces fill its stack. */
  #afterSpace(): number {
    let at = this.at;
    for (;;) {
      const char = this.#text[at];
      if (char === '#') {
        const end = this.#text.indexOf('\n', at);
        at = end === -1 ? this.#text.length : end;
      } else if (char === '\\' && this.#text[at + 1] === '\n') at += 2;
      else if (char !== undefined && /\s/.test(char)) at += 1;
      else return at;
    }
  }

  #need(pattern: RegExp): void {
    if (this.#take(pattern) === undefined) this.#refuse();
  }

  #refuse(): never {
    throw new NoLiteral();
  }
}

function number(value: Literal): number {
  if (typeof value === 'number') return value;
  throw new NoLiteral();
}

/** No file of settings can say what is beyond all numbers. */
function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new NoLiteral();
}

/** Python has no lists and dictionaries as keys either. */
function keyOf(value: Literal): string {
  if (value === null || typeof value !== 'object') return String(value);
  throw new NoLiteral();
}
