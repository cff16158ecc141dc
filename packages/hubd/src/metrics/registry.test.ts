import { expect, test } from 'vitest';
import { Registry } from './registry.ts';

test('a histogram counts what is at most as much as each bound, and everything', async () => {
  const registry = new Registry();
  const seconds = registry.histogram('start_seconds', 'Starts', ['status'], [0.5, 1]);
  seconds.observe(0.5, { status: 'success' });
  seconds.observe(0.75, { status: 'success' });
  seconds.observe(9, { status: 'success' });
  expect(await registry.render()).toBe(`# HELP start_seconds Starts
# TYPE start_seconds histogram
start_seconds_bucket{status="success",le="0.5"} 1
start_seconds_bucket{status="success",le="1.0"} 2
start_seconds_bucket{status="success",le="+Inf"} 3
start_seconds_count{status="success"} 3
start_seconds_sum{status="success"} 10.25
`);
});

test('a histogram without labels is there before anything happened', async () => {
  const registry = new Registry();
  registry.histogram('poll_seconds', 'Polls', [], [1]);
  expect(await registry.render()).toContain('poll_seconds_count 0');
});

test('a counter adds up, and a gauge is read when somebody asks', async () => {
  const registry = new Registry();
  const reports = registry.counter('reports_total', 'Reports');
  reports.add();
  reports.add(2);
  let running = 1;
  registry.read('running', 'gauge', 'Running', () => [{ value: running, labels: { period: 'a"b' } }]);
  running = 2;
  expect(await registry.render()).toMatch(/^reports_total 3$/m);
  expect(await registry.render()).toMatch(/^running\{period="a\\"b"\} 2$/m);
});
