import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contrastOf, contrastProblem } from './contrast.ts';
import { schema } from './schema.ts';

test('black on white is all the contrast there is', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

test.each(['red', '#fff', '#17625g', 'url(//x)', '#17625c;'])('%j is no colour', (text) => {
  expect(contrastProblem(text, ['#ffffff'])).toContain('expected a colour such as');
});

test('a colour that cannot be read is refused where settings are checked', () => {
  expect(schema.safeParse({ pages: { color: '#ffcc00' } }).success).toBe(false);
  expect(schema.safeParse({ pages: { color_dark: '#17625c' } }).success).toBe(false);
  expect(schema.safeParse({ pages: { color: '#7a1f5c', color_dark: '#f0a8d8' } }).success).toBe(true);
});

test('the colours that are compared with are those of the stylesheet', () => {
  const style = readFileSync(new URL('../../hubd/src/pages/static/style.css', import.meta.url), 'utf8');
  for (const part of [
    '--ground: #f4f6f6',
    '--card: #ffffff',
    '--ground: #101615',
    '--card: #19211f',
    '--accent-ink: #07211d',
  ])
    expect(style).toContain(part);
});
