import { expect, test } from 'vitest';
import { renderFields, renderTable, type Column } from './table.ts';

interface Row {
  readonly name: string;
  readonly why: string;
}
const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'WHY', cell: ({ why }) => why, canShrink: true, style: () => 'green' },
];
const rows: readonly Row[] = [
  { name: 'ada', why: 'idle for a very long time indeed' },
  { name: 'grace', why: '' },
];
const plain = { columns: undefined, isColoured: false };

test('columns are as wide as they need, without blanks at the end of a line', () => {
  expect(renderTable(rows, columns, plain)).toBe('NAME   WHY\nada    idle for a very long time indeed\ngrace');
});

test('a narrow terminal cuts what may be cut', () => {
  const text = renderTable(rows, columns, { columns: 20, isColoured: false });
  expect(text).toBe('NAME   WHY\nada    idle for a v…\ngrace');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(20);
});

test('what may not be cut is whole in the narrowest terminal', () => {
  expect(renderTable(rows, columns, { columns: 3, isColoured: false })).toContain('grace');
});

test.each([40, 80, 200])('every line fits a terminal of %d columns, one row a line or a line each cell', (width) => {
  const titles = ['USER', 'SERVER', 'STATE', 'STARTED', 'ACTIVITY', 'ENDS', 'UNIT'];
  const wide: Column<string>[] = titles.map((title) => ({
    title,
    cell: (text) => (title === 'UNIT' ? text.repeat(9) : text),
    canShrink: ['USER', 'SERVER', 'UNIT'].includes(title),
  }));
  const text = renderTable(['some-name', 'another'], wide, { columns: width, isColoured: false }, () => ['below']);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  expect(text.match(/^ {4}below$/gm)).toHaveLength(2);
  if (width === 40) expect(text).toContain('USER      some-name\nSERVER    some-name\n');
});

test('colour does not change where columns stand', () => {
  const text = renderTable(rows, columns.toReversed(), { columns: undefined, isColoured: true });
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  expect(text.replace(/\u001b\[\d+m/g, '')).toBe(renderTable(rows, columns.toReversed(), plain));
});

test('escape sequences in a value do not reach the terminal', () => {
  const text = renderTable([{ name: '\u001b[2Jada', why: 'line\nfeed' }], columns, plain);
  expect(text.split('\n')).toEqual(['NAME     WHY', '\ufffd[2Jada  line\ufffdfeed']);
});

test('fields are aligned, and those without a value left out', () => {
  expect(
    renderFields(
      [
        ['User', 'ada'],
        ['Nothing', ''],
        ['Unit state', 'active'],
      ],
      plain,
    ),
  ).toBe('      User: ada\nUnit state: active');
});
