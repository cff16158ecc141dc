import { describe, expect, test } from 'vitest';
import { readLiteral } from './python-literal.ts';

describe('literals of Python', () => {
  test.each<[string, unknown]>([
    ['True', true],
    ['None', null],
    ['60 * 60', 3600],
    ['2 * 1024**3', 2 * 1024 ** 3],
    ['1_000.5', 1000.5],
    ["'a' 'b'", 'ab'],
    ['"""a\n"b" """', 'a\n"b" '],
    [String.raw`r'^\d+$'`, String.raw`^\d+$`],
    [String.raw`'it\'s\n'`, "it's\n"],
    ['["a", # why\n "b",]', ['a', 'b']],
    ['("a",)', ['a']],
    ['("a")', 'a'],
    ['{"a", "b"}', ['a', 'b']],
    ['set()', []],
    ['{"a": {"b": [1, 2]}, }', { a: { b: [1, 2] } }],
    ['{}', {}],
  ])('%s', (text, value) => expect(readLiteral(text)?.value).toEqual(value));

  test.each([
    'os.environ["X"]',
    'f"{x}"',
    "open('x').read()",
    '[a]',
    '"open',
    "'a\nb'",
    '{"a": }',
    'lambda: 1',
    '2 * x',
    '"a" * 2',
    "{{'a': 1}: 2}",
    "{[{'a': 1}]: 2}",
    '{1: 2, {}: 3}',
    '9**9**9',
    '(-1)**0.5',
    '1e999',
    '1e200 * 1e200',
    '',
  ])('not %s', (text) => expect(readLiteral(text)).toBeUndefined());

  test('a key is never a prototype', () => {
    expect(Object.getPrototypeOf(readLiteral('{"__proto__": {"x": 1}}')?.value)).toBeNull();
  });
});

test.each(['[', '(', '{', '{1:', '2**'])('ten thousand of %j are no literal', (opening) => {
  expect(readLiteral(opening.repeat(10_000))).toBeUndefined();
});

test.each([' ', '\\\n', '# why\n'])('millions of %j before a literal are read over', (space) => {
  expect(readLiteral(`${space.repeat(2_000_000)}1`)?.value).toBe(1);
});
