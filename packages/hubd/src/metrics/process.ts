import { readdirSync } from 'node:fs';
import type { Registry } from './registry.ts';

/** What every client library of Prometheus tells of its process. */
export function addProcess(registry: Registry): void {
  const started = Date.now() / 1000 - process.uptime();
  registry.read('process_cpu_seconds_total', 'counter', 'CPU time of the process', () => {
    const { user, system } = process.cpuUsage();
    return [{ value: (user + system) / 1e6 }];
  });
  registry.read('process_resident_memory_bytes', 'gauge', 'Memory of the process', () => [
    { value: process.memoryUsage.rss() },
  ]);
  registry.read('process_start_time_seconds', 'gauge', 'When the process began, since 1970', () => [
    { value: started },
  ]);
  registry.read('process_open_fds', 'gauge', 'Open file descriptors', () => [{ value: openFiles() }]);
  registry.read('nodejs_heap_size_used_bytes', 'gauge', 'Memory of live JavaScript objects', () => [
    { value: process.memoryUsage().heapUsed },
  ]);
  registry.read('nodejs_version_info', 'gauge', 'The version of Node.js', () => [
    { value: 1, labels: { version: process.version } },
  ]);
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
