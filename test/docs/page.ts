/** What a page of docs/tutorial and docs/how-to tells its reader to do, in order. */
export interface Page {
  /** Whether the reader begins with a host that has no tshub yet. */
  readonly bare: boolean;
  readonly steps: readonly Step[];
}

export interface Step {
  /** Where it stands in the page. */
  readonly line: number;
  readonly text: string;
  readonly does:
    /** A shell's input. */
    | { readonly kind: 'run' }
    /** Becomes a file, or the end of one. */
    | { readonly kind: 'write' | 'append'; readonly path: string }
    /** Settings that are looked at by themselves: one of several ways. */
    | { readonly kind: 'check' }
    /** Said to the reader, and why no test does it. */
    | { readonly kind: 'leave'; readonly reason: string };
}

/**
 * Reads a page. What a block is for follows from its language (`sh` is run, `toml` is checked), or is said by a comment right
 * before it: `file: PATH`, `append: PATH`, `not run: REASON`. A comment `given: COMMANDS` is run and not shown: what the reader
 * has and the test does not. `bare` anywhere: the page begins before the installation.
 * @throws Error naming the line of a block that says neither, or of a comment that no block follows.
 */
export function readPage(markdown: string): Page {
  const steps: Step[] = [];
  let bare = false;
  let said: { readonly word: string; readonly text: string; readonly line: number } | undefined;
  // A comment of one of our words, or a fenced block; other text lies between.
  const parts = /<!-- (given|file|append|not run|bare):? ?(.*?)-->|^( *)```(\w*)\n(.*?)^ *```/gms;
  for (const part of markdown.matchAll(parts)) {
    const [, word, text = '', indent = '', language = '', block = ''] = part;
    const line = markdown.slice(0, part.index).split('\n').length;
    if (word === 'bare') bare = true;
    else if (word === 'given') steps.push({ line, text: text.trim(), does: { kind: 'run' } });
    else if (word !== undefined) {
      if (said !== undefined) throw new Error(`line ${said.line}: no block follows "${said.word}: ${said.text}"`);
      said = { word, text: text.trim(), line };
    } else {
      const plain = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      steps.push({ line, text: plain, does: purposeOf(language, said, line) });
      said = undefined;
    }
  }
  if (said !== undefined) throw new Error(`line ${said.line}: no block follows "${said.word}: ${said.text}"`);
  return { bare, steps };
}

function purposeOf(
  language: string,
  said: { readonly word: string; readonly text: string } | undefined,
  line: number,
): Step['does'] {
  if (said?.text === '') throw new Error(`line ${line}: "${said.word}:" says nothing`);
  switch (said?.word) {
    case 'file':
      return { kind: 'write', path: said.text };
    case 'append':
      return { kind: 'append', path: said.text };
    case 'not run':
      return { kind: 'leave', reason: said.text };
    default:
      if (language === 'sh') return { kind: 'run' };
      if (language === 'toml') return { kind: 'check' };
      throw new Error(
        `line ${line}: a block of '${language}' is preceded by "<!-- file: PATH -->" or "<!-- not run: REASON -->"`,
      );
  }
}
