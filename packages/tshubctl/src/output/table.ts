import { paint, printable, type Style } from './style.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  readonly style?: (row: T) => Style | undefined;
  /** May be cut when the terminal is too narrow; those that may not keep their width. */
  readonly canShrink?: boolean;
}

export interface TableScreen {
  readonly columns: number | undefined;
  readonly isColoured: boolean;
}

const gap = '  ';
const narrowest = 9;

/**
 * Rows under titles, one line each, no wider than the terminal; where that is too narrow for it, a block of lines for each row.
 * What is `below` a row is indented.
 */
export function renderTable<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  screen: TableScreen,
  below: (row: T) => readonly string[] = () => [],
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const natural = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((line) => widthOf(line[i] ?? ''))),
  );
  const widths = fit(natural, columns, screen.columns);
  const more = (row: T) => below(row).map((text) => `    ${printable(text)}`);
  if (screen.columns !== undefined && widthOfLine(widths) > screen.columns)
    return rows.map((row, i) => [block(columns, row, cells[i] ?? [], screen), ...more(row)].join('\n')).join('\n\n');
  const line = (texts: readonly string[], styleOf: (i: number) => Style | undefined) =>
    texts
      .map((text, i) => {
        const cut = shorten(text, widths[i] ?? 0);
        const padding = i === texts.length - 1 ? '' : ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cut)));
        return paint(cut, styleOf(i), screen.isColoured) + padding;
      })
      .join(gap)
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    () => 'bold',
  );
  const body = rows.flatMap((row, i) => [
    line(cells[i] ?? [], (column) => columns[column]?.style?.(row)),
    ...more(row),
  ]);
  return [head, ...body].join('\n');
}

function widthOfLine(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
}

/** A row as `TITLE  cell` lines. */
function block<T>(columns: readonly Column<T>[], row: T, cells: readonly string[], screen: TableScreen): string {
  const titles = Math.max(0, ...columns.map(({ title }) => title.length));
  const room = Math.max(narrowest, (screen.columns ?? 0) - titles - gap.length);
  return columns
    .map(({ title, canShrink, style }, i) => {
      const cell = cells[i] ?? '';
      const text = paint(canShrink === true ? shorten(cell, room) : cell, style?.(row), screen.isColoured);
      return `${paint(title, 'bold', screen.isColoured)}${' '.repeat(titles - title.length)}${gap}${text}`.trimEnd();
    })
    .join('\n');
}

/** Takes from the widest column that may shrink until the line fits. */
function fit(
  natural: readonly number[],
  columns: readonly { canShrink?: boolean }[],
  limit: number | undefined,
): number[] {
  const widths = [...natural];
  while (limit !== undefined && widthOfLine(widths) > limit) {
    const shrinkable = widths.flatMap((width, i) => (columns[i]?.canShrink === true && width > narrowest ? [i] : []));
    const widest = shrinkable.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Cuts a text to a width, with an ellipsis where it was cut. */
export function shorten(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

/** `Name:  value` lines, names aligned; lines without a value are left out. */
export function renderFields(fields: readonly (readonly [string, string])[], screen: TableScreen): string {
  const present = fields.filter(([, value]) => value !== '');
  const width = Math.max(0, ...present.map(([name]) => name.length)) + 1;
  return present
    .map(([name, value]) => `${paint(`${name}:`.padStart(width), 'bold', screen.isColoured)} ${printable(value)}`)
    .join('\n');
}
