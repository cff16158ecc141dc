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

/** Rows under titles, one line each, no wider than the terminal if cells that may be cut allow it. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], screen: TableScreen): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const natural = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((line) => widthOf(line[i] ?? ''))),
  );
  const widths = fit(natural, columns, screen.columns);
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
  const body = rows.map((row, i) => line(cells[i] ?? [], (column) => columns[column]?.style?.(row)));
  return [head, ...body].join('\n');
}

/** Takes from the widest column that may shrink until the line fits. */
function fit(
  natural: readonly number[],
  columns: readonly { canShrink?: boolean }[],
  limit: number | undefined,
): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  while (limit !== undefined && total() > limit) {
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
