const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
export type Style = keyof typeof codes;

/** Text in a colour, on a screen that has any. */
export function paint(text: string, style: Style | undefined, isColoured: boolean): string {
  return isColoured && style !== undefined && text !== '' ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

/** Without control characters: names and messages come from other people, and a terminal obeys escape sequences. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
