import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import type { ServerUsage } from '../servers/server.ts';
import { Registry } from './registry.ts';
import { addUsage } from './usage-metrics.ts';

const usage: ServerUsage = {
  memoryCurrent: 100,
  memoryPeak: 200,
  memoryMax: null,
  cpuSeconds: 1.5,
  cpuLimit: null,
  tasks: 3,
  tasksMax: null,
  ioReadBytes: 10,
  ioWriteBytes: 20,
};
const servers = [
  { user: 'ada', name: '' },
  { user: 'ada', name: 'lab' },
  { user: 'bob', name: '' },
];

async function render(hub: Record<string, unknown> = {}): Promise<{ text: string; reads: number }> {
  const registry = new Registry();
  let reads = 0;
  const read = (): Promise<ServerUsage> => Promise.resolve((reads++, usage));
  const settings = schema.parse({ hub });
  const renew = addUsage(registry, { settings: () => settings, active: () => servers, ofServer: read, ofUser: read });
  renew();
  const text = await registry.render();
  return { text: text.replaceAll(/^#.*\n/gm, ''), reads };
}

test('each person has one line of each figure, and is read once for all of them', async () => {
  const { text, reads } = await render();
  expect(text).toContain('tshub_user_memory_bytes{user="ada"} 100\ntshub_user_memory_bytes{user="bob"} 100\n');
  expect(text).toContain('tshub_user_cpu_seconds_total{user="ada"} 1.5\n');
  expect(text).not.toContain('tshub_user_memory_limit_bytes');
  expect(text).not.toContain('tshub_server_');
  expect(reads).toBe(2);
});

test('servers are told of one by one where the settings say so', async () => {
  const { text } = await render({ usage_metrics: 'servers' });
  expect(text).toContain('tshub_server_tasks{user="ada",server="lab"} 3\n');
});

test('there are no more lines than the settings allow, and it is said how many are left out', async () => {
  const { text } = await render({ usage_metrics: 'servers', usage_metrics_max: 2 });
  expect(text).not.toContain('bob');
  expect(text).toContain('tshub_usage_left_out 1\n');
});

test('nobody is named where everybody may read, or where the settings want none', async () => {
  for (const hub of [{ authenticate_prometheus: false }, { usage_metrics: 'none' }]) {
    const { text, reads } = await render(hub);
    expect(text).toBe('tshub_usage_left_out 0\n');
    expect(reads).toBe(0);
  }
});
