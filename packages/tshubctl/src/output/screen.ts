import type { Screen } from '../command.ts';

/** What text is written to: any width and no colour where it is no terminal; no colour either where somebody wants none. */
export function screenOf(
  output: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
  now: number,
): Screen {
  const isTerminal = output.isTTY === true;
  const { columns = 0 } = output;
  return {
    // 0 columns: a terminal that nobody told its size.
    columns: isTerminal && columns > 0 ? columns : undefined,
    isColoured: isTerminal && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    now,
  };
}
