import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chunks } from './chunks.ts';

interface Outcome {
  readonly isGood: boolean;
  /** Where the message ended, counted from its first byte; -1: it goes on. */
  readonly end: number;
  readonly size: number;
  readonly trailers: readonly string[];
  /** What was passed on. */
  readonly passed: string;
  readonly payload: string;
}

/** Pushes `text` in pieces that are cut at these places. */
function follow(text: string, cuts: readonly number[] = []): Outcome {
  const bytes = Buffer.from(text, 'latin1');
  const places = [...new Set(cuts.filter((cut) => cut > 0 && cut < bytes.length))].toSorted((a, b) => a - b);
  let piece = bytes;
  let payload = '';
  const chunks = new Chunks((from, to) => (payload += piece.toString('latin1', from, to)));
  let passed = '';
  let from = 0;
  for (const to of [...places, bytes.length]) {
    piece = bytes.subarray(from, to);
    const isGood = chunks.push(piece, 0);
    if (!isGood) return { isGood, end: -1, size: chunks.size, trailers: [], passed: '', payload: '' };
    passed += piece.toString('latin1', 0, chunks.passed);
    if (chunks.end !== -1) {
      const { size, trailers } = chunks;
      return { isGood, end: from + chunks.end, size, trailers, passed, payload };
    }
    from = to;
  }
  return { isGood: true, end: -1, size: chunks.size, trailers: [], passed, payload };
}

test.each([
  ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
  ['a\r\n0123456789\r\n00\r\n\r\n', '0123456789'],
  ['3;name=value;other="x y"\r\nabc\r\n0;last\r\n\r\n', 'abc'],
  ['0\r\n\r\n', ''],
])('%j carries %j', (text, payload) => {
  expect(follow(`${text}GET /`)).toMatchObject({ isGood: true, end: text.length, passed: text, payload });
});

test('trailers are told apart from what is passed on', () => {
  const text = '3\r\nabc\r\n0\r\nX-Sum: 6\r\nY: \r\n\r\n';
  const found = follow(`${text}rest`);
  expect(found).toMatchObject({ end: text.length, passed: '3\r\nabc\r\n0\r\n', trailers: ['X-Sum', '6', 'Y', ''] });
});

test.each([
  ['a sign', '+5\r\nhello\r\n'],
  ['a prefix', '0x5\r\nhello\r\n'],
  ['a space before', ' 5\r\nhello\r\n'],
  ['a space after', '5 \r\nhello\r\n'],
  ['no size', '\r\nhello\r\n'],
  ['a size beyond counting', '1000000000000\r\n'],
  ['a bare LF after the size', '5\nhello\r\n'],
  ['a bare CR after the size', '5\rhello\r\n'],
  ['a bare LF in an extension', '5;a\nhello\r\n'],
  ['a control in an extension', '5;\x00\r\nhello\r\n'],
  ['an extension without end', `5;${'x'.repeat(300)}`],
  ['more data than said', '5\r\nhello!\r\n'],
  ['a bare LF after the data', '5\r\nhello\n0\r\n\r\n'],
  ['a bare LF after the last', '0\r\n\n'],
  ['a bare LF in the trailers', '0\r\nX: a\nY: b\r\n\r\n'],
  ['a fold in the trailers', '0\r\nX: a\r\n b\r\n\r\n'],
  ['a trailer without a colon', '0\r\nX\r\n\r\n'],
  ['a length in the trailers', '0\r\nContent-Length: 5\r\n\r\n'],
  ['trailers without end', `0\r\nX: ${'x'.repeat(9000)}`],
])('%s is no chunked body', (_name, text) => {
  expect(follow(text).isGood).toBe(false);
});

test('a body is the same wherever its bytes are cut', () => {
  const piece = fc.constantFrom(
    ...['0', '5', 'a', ';', 'x', '\r\n', '\r', '\n', '5\r\nhello\r\n', '0\r\n\r\n', '0\r\nX: y\r\n\r\n', ' ', ':'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 8 }), (pieces, cuts) => {
      const text = pieces.join('');
      const whole = follow(text);
      const cut = follow(text, cuts);
      expect(cut.isGood).toBe(whole.isGood);
      if (!whole.isGood) return;
      expect({ ...cut, passed: '' }).toEqual({ ...whole, passed: '' });
      // An empty line after the last chunk goes with it, or by itself when they come apart: the receiver sees the same.
      expect([whole.passed, whole.passed.replace(/\r\n$/, '')]).toContain(cut.passed);
    }),
    { numRuns: 3000 },
  );
});

test('whatever is in chunks comes out of them', () => {
  const data = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(fc.array(data, { maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 6 }), (parts, cuts) => {
      const text = `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
      const found = follow(`${text}beyond`, cuts);
      expect(found).toMatchObject({ isGood: true, end: text.length, payload: parts.join('') });
    }),
    { numRuns: 1000 },
  );
});
