import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBadText } from './head-fields.ts';

/** The rule, character by character. */
function isBad(text: string): boolean {
  return text.split('').some((character, at) => {
    if (character === '\r') return at + 1 < text.length && text[at + 1] !== '\n';
    if (character === '\n') return text[at - 1] !== '\r';
    const code = character.charCodeAt(0);
    return (code < 0x20 && character !== '\t') || code === 0x7f;
  });
}

test('text of a head is good if it has no control but the tab, and no half of CRLF alone but a CR at its end', () => {
  const piece = fc.oneof(
    fc.constantFrom('\r\n', '\r', '\n', '\t', '\0', '\x1f', '\x7f', '\x80', '\xff', ' ', 'Host: a'),
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (said) => {
      expect(isBadText(said)).toBe(isBad(said));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['a long line', 'a'.repeat(65_536)],
  ['many lines', 'a: b\r\n'.repeat(10_000)],
  ['empty lines', '\r\n'.repeat(30_000)],
])('%s are read to their end, and what is bad there is found', (_, text) => {
  expect(isBadText(text)).toBe(false);
  expect(isBadText(`${text}\0`)).toBe(true);
});
