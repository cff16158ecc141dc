/** Databases bind only so many values in one statement; SQLite's older limit is 999. */
const most = 400;

/** Runs a statement for some of the values at a time and puts the answers together. */
export async function inChunks<T, R>(
  values: readonly T[],
  run: (some: readonly T[]) => Promise<readonly R[]>,
  size = most,
): Promise<R[]> {
  const found: R[] = [];
  for (let i = 0; i < values.length; i += size) found.push(...(await run(values.slice(i, i + size))));
  return found;
}
