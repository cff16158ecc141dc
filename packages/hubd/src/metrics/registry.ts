/** Numbers of a process in the text format of Prometheus (version 0.0.4). An observation is a look-up and an addition. */
export type Labels = Readonly<Record<string, string>>;

interface Metric {
  render(): string[];
}

export interface Counter {
  add(amount?: number): void;
}

export interface Histogram {
  observe(seconds: number, labels?: Labels): void;
}

/** One sample of a gauge that is read when somebody asks. */
export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

/** The buckets of Prometheus' own clients, in seconds. */
const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export class Registry {
  readonly #metrics: Array<() => Promise<string[]>> = [];

  counter(name: string, help: string): Counter {
    let value = 0;
    this.#add(name, 'counter', help, { render: () => [line(name, {}, value)] });
    return { add: (amount = 1) => void (value += amount) };
  }

  /** `names` are the labels, always all of them and in this order. */
  histogram(name: string, help: string, names: readonly string[] = [], buckets = defaultBuckets): Histogram {
    const series = new Map<string, Series>();
    const seriesOf = (labels: Labels): Series => {
      const key = names.map((label) => labels[label] ?? '').join('\0');
      let found = series.get(key);
      if (found === undefined) {
        found = { labels: pick(labels, names), counts: buckets.map(() => 0), sum: 0, count: 0 };
        series.set(key, found);
      }
      return found;
    };
    // Without labels there is one series, also before anything happened.
    if (names.length === 0) seriesOf({});
    this.#add(name, 'histogram', help, {
      render: () => [...series.values()].flatMap((one) => renderSeries(name, buckets, one)),
    });
    return {
      observe(seconds, labels = {}) {
        const one = seriesOf(labels);
        const bucket = buckets.findIndex((bound) => seconds <= bound);
        if (bucket >= 0) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
        one.sum += seconds;
        one.count += 1;
      },
    };
  }

  /** A gauge or counter that is looked up when somebody asks. */
  read(
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    samples: () => Promise<readonly Sample[]> | readonly Sample[],
  ): void {
    this.#metrics.push(async () => [
      ...head(name, type, help),
      ...(await samples()).map(({ value, labels = {} }) => line(name, labels, value)),
    ]);
  }

  async render(): Promise<string> {
    const parts = await Promise.all(this.#metrics.map((render) => render()));
    return `${parts.flat().join('\n')}\n`;
  }

  #add(name: string, type: string, help: string, metric: Metric): void {
    this.#metrics.push(() => Promise.resolve([...head(name, type, help), ...metric.render()]));
  }
}

interface Series {
  readonly labels: Labels;
  /** How many fell into each bucket alone; they are added up when printed. */
  readonly counts: number[];
  sum: number;
  count: number;
}

function renderSeries(name: string, buckets: readonly number[], { labels, counts, sum, count }: Series): string[] {
  let below = 0;
  const lines = buckets.map((bound, index) => {
    below += counts[index] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: Number.isInteger(bound) ? `${bound}.0` : String(bound) }, below);
  });
  return [
    ...lines,
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_count`, labels, count),
    line(`${name}_sum`, labels, sum),
  ];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function pick(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));
}
