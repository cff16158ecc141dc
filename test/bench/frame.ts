/** The frame of every bench: contestants measured alternately in one run, so that what else the machine does meets all of them. */

/** One who is measured: started once, asked for each figure in every round. */
export interface Contestant {
  readonly name: string;
  stop(): Promise<void>;
}

/** A figure of which less is better. */
export interface Measure<C extends Contestant> {
  readonly name: string;
  readonly unit: string;
  /** Contestants that this can be asked of. */
  readonly of: (contestant: C) => boolean;
  /** One sample; null when it cannot be had. */
  sample(contestant: C): Promise<number | null>;
  /** How often; 1 for what is not repeatable, such as memory that only grows. */
  readonly rounds?: number;
}

export interface Bench {
  /** What `scripts/bench NAME` calls it. */
  readonly name: string;
  readonly says: string;
  /** Writes its tables with `print`. */
  run(options: BenchOptions): Promise<void>;
}

export interface BenchOptions {
  readonly rounds: number;
  readonly print: (line: string) => void;
}

/** Medians by measure, with the ratio to the first contestant, as a Markdown table. */
export async function compare<C extends Contestant>(
  contestants: readonly C[],
  measures: ReadonlyArray<Measure<C>>,
  { rounds, print }: BenchOptions,
): Promise<void> {
  const names = contestants.map(({ name }) => name);
  print(`| | unit | ${names.join(' | ')} |`);
  print(`| --- | --- |${' --- |'.repeat(names.length)}`);
  for (const measure of measures) {
    const samples = new Map<C, number[]>(contestants.map((contestant) => [contestant, []]));
    for (let round = 0; round < (measure.rounds ?? rounds); round++) {
      for (const contestant of contestants) {
        if (!measure.of(contestant)) continue;
        const value = await measure.sample(contestant);
        if (value !== null) samples.get(contestant)?.push(value);
      }
    }
    const medians = contestants.map((contestant) => median(samples.get(contestant) ?? []));
    const [own = null] = medians;
    const cells = medians.map((value, i) => {
      if (value === null) return '–';
      const ratio = i === 0 || own === null || own === 0 ? '' : ` (×${(value / own).toFixed(2)})`;
      return `${format(value)}${ratio}`;
    });
    print(`| ${measure.name} | ${measure.unit} | ${cells.join(' | ')} |`);
  }
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
