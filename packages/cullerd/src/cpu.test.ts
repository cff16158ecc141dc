import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverCgroup, type ServerEntry, serverUnit } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CpuWatch } from './cpu.ts';
import { memoryPressure } from './memory-pressure.ts';

const slice = 'tshub-users.slice';
let root: string;
let time: number;
let watch: CpuWatch;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cgroups-'));
  time = 1_000_000;
  watch = new CpuWatch({ root, slice: () => slice, now: () => time, steady: () => time });
});
afterEach(() => rmSync(root, { recursive: true }));

const ada: ServerEntry = {
  ...{ user: 'ada', server: '', unit: serverUnit('ada', ''), ready: true, pending: '' },
  ...{ started: 1n, lastActivity: 1n, profile: '', url: '/' },
};

function used(seconds: number): void {
  const folder = join(root, serverCgroup('ada', '', slice));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cpu.stat'), `usage_usec ${seconds * 1e6}\nuser_usec 1\n`);
}

const look = async (server = ada, least: number | null = 0.05) => (await watch.look([server], () => least))[0];

test('a server that computes is busy, from the second look on', async () => {
  used(10);
  expect(await look()).toBe('new');
  time += 60_000;
  used(13);
  expect(await look()).toBe(BigInt(time));
});

test('what is less than the threshold is nothing; the last time stays', async () => {
  used(10);
  await look();
  time += 60_000;
  used(12.9);
  expect(await look()).toBe(0n);
  time += 60_000;
  used(20);
  const busy = BigInt(time);
  await look();
  time += 60_000;
  used(20.1);
  expect(await look()).toBe(busy);
});

test('a server that was started again is another one', async () => {
  used(10);
  await look();
  time += 60_000;
  used(0);
  expect(await look({ ...ada, started: 2n })).toBe('new');
});

test('nobody looks where nothing is asked, or at what is not ready; a host that does not count says nothing', async () => {
  expect(await look()).toBeUndefined();
  used(10);
  expect([await look(ada, null), await look({ ...ada, ready: false })]).toEqual([undefined, undefined]);
});

test('memory pressure is that of the slice of all servers', async () => {
  expect(await memoryPressure(root, slice)).toBeNull();
  const folder = join(root, 'tshub.slice', slice);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'memory.pressure'), 'some avg10=12.34 avg60=1.00 avg300=0.10 total=1\nfull avg10=2.00\n');
  expect(await memoryPressure(root, slice)).toBe(12.34);
});
