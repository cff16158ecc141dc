/** Counters by name and labels, and their text for Prometheus (exposition format 0.0.4). */

interface Row {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
}

/** The peer's names, so that its boards work, and ours. */
const rows = {
  api_route_add: { type: 'counter', help: 'Count of API route add requests' },
  api_route_delete: { type: 'counter', help: 'Count of API route delete requests' },
  api_route_get: { type: 'counter', help: 'Count of API route get requests' },
  process_cpu_seconds_total: { type: 'counter', help: 'CPU time of the proxy' },
  process_open_fds: { type: 'gauge', help: 'Open file descriptors of the proxy' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory of the proxy' },
  process_start_time_seconds: { type: 'gauge', help: 'When the proxy began, since 1970' },
  requests_api: { type: 'counter', help: 'Count of API requests' },
  requests_proxy: { type: 'counter', help: 'Count of proxy requests' },
  requests_web: { type: 'counter', help: 'Count of web requests' },
  requests_ws: { type: 'counter', help: 'Count of websocket requests' },
  tshub_proxy_connections: { type: 'gauge', help: 'Open connections of clients' },
  tshub_proxy_memory_bytes: { type: 'gauge', help: 'Resident memory of the proxy' },
  tshub_proxy_routes: { type: 'gauge', help: 'Routes, without the hub itself' },
  tshub_proxy_threads: { type: 'gauge', help: 'Threads that serve connections' },
  tshub_proxy_tls_handshake_failures: { type: 'counter', help: 'TLS handshakes that failed' },
  tshub_proxy_tls_handshakes: { type: 'counter', help: 'TLS handshakes that succeeded' },
  tshub_proxy_websockets: { type: 'gauge', help: 'Open websockets' },
} as const satisfies Record<string, Row>;

export type MetricName = keyof typeof rows;

/** What happened since the start. */
export class Counts {
  #values = new Map<MetricName, Map<string, number>>();

  add(name: MetricName, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const series = this.#seriesOf(name);
    const key = labelText(labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  set(name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#seriesOf(name).set(labelText(labels), value);
  }

  /** Of a series without labels. */
  read(name: MetricName): number {
    return this.#values.get(name)?.get('') ?? 0;
  }

  print(): string {
    const lines: string[] = [];
    for (const [name, { type, help }] of Object.entries<Row>(rows)) {
      const series = this.#values.get(name as MetricName) ?? new Map([['', 0]]);
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }

  #seriesOf(name: MetricName): Map<string, number> {
    let series = this.#values.get(name);
    if (series === undefined) this.#values.set(name, (series = new Map()));
    return series;
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/["\\\n]/g, '_')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
