import { expect, test } from 'vitest';
import { linked, paragraphs } from './prose.ts';

const textOf = (parts: ReadonlyArray<{ readonly text: string }>): string => parts.map((part) => part.text).join('');

test('an empty line begins a paragraph, and markup is text', () => {
  expect(textOf(paragraphs('Hello <b>you</b>\nand you\n\n  Bye  \n'))).toBe(
    '<p>Hello &lt;b&gt;you&lt;/b&gt;\nand you</p><p>Bye</p>',
  );
  expect(paragraphs(' \n ')).toEqual([]);
});

test('addresses are links, without the punctuation behind them', () => {
  const link = (url: string): string => `<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`;
  expect(textOf(linked('I agree to https://example.org/terms?a=1, and so on.'))).toBe(
    `I agree to ${link('https://example.org/terms?a=1')}, and so on.`,
  );
  expect(textOf(linked('javascript:alert(1) https://x.example/"onclick=1'))).toBe(
    `javascript:alert(1) ${link('https://x.example/')}&quot;onclick=1`,
  );
});
