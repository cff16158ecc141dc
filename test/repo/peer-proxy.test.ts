import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { Counts } from '../../packages/proxyd/src/metrics.ts';
import { peerProxyFlags, peerProxyMetrics } from '../support/peer-proxy-flags.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/configurable-http-proxy.md'), 'utf8');
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const flagRows = [...section('Flags').matchAll(/^\| `(--[\w-]+)` \| (.*) \|$/gm)].map(
  ([, flag = '', here = '']) => [flag, here] as const,
);

test('each flag of configurable-http-proxy has its row, and no other has', () => {
  expect(flagRows.map(([flag]) => flag).toSorted()).toEqual([...peerProxyFlags].toSorted());
});

test.each(flagRows)('%s is a setting, a line of a unit, a command, or a decision with its reason', (_flag, here) => {
  expect(here).toMatch(/^(?:`\[\w+\] \w+`|`ListenStream=`|`tshubctl \w+`|none: .|none to choose: .)/);
});

test('each setting that the page names is one', () => {
  const settings = new Map<string, object>(Object.entries(schema.parse({})));
  const named = [...page.matchAll(/`\[(\w+)\] (\w+)`/g)].map(([, name = '', key = '']) => [name, key] as const);
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(([name, key]) => !Object.hasOwn(settings.get(name) ?? {}, key));
  expect(missing).toEqual([]);
});

test('each setting of the proxy that is for what the peer does, is told of', () => {
  const named = [...page.matchAll(/`\[proxy_routes\] (\w+)`/g)].map(([, key]) => key);
  const untold = Object.keys(schema.parse({}).proxy_routes).filter((key) => !named.includes(key));
  expect(untold).toEqual([]);
});

test("each of the peer's metrics is printed, or said to be none", () => {
  const printed = new Counts().print();
  const none = /None of\s+([^:]*):/.exec(section('Metrics'))?.[1] ?? '';
  const missing = peerProxyMetrics.filter((name) => !printed.includes(`# TYPE ${name} `) && !none.includes(name));
  expect(missing).toEqual([]);
});
