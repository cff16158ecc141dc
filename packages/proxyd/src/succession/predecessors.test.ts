import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Proxy } from '../proxy.ts';
import { writeLeavingReport } from './leaving-report.ts';
import { watchPredecessors } from './predecessors.ts';

const log = makeLog({ name: 'test', level: 'silent' });
const proxy = { counters: {}, routes: { findOrNull: () => null } } as unknown as Proxy;

let folder: string;
let child: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-predecessors-'));
  child = spawn('sleep', ['60'], { stdio: 'ignore' });
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function endThoseOf(pid: number, groupOf?: Parameters<typeof watchPredecessors>[3]): Promise<void> {
  await writeLeavingReport(folder, { pid, connections: 1, websockets: 0, activity: {} });
  const predecessors = await watchPredecessors(folder, proxy, log, groupOf);
  predecessors.end();
  predecessors.close();
}

test('a process of this unit that is still there is ended', async () => {
  const exited = once(child, 'exit');
  await endThoseOf(child.pid ?? 0);
  expect(await exited).toEqual([null, 'SIGTERM']);
});

test('one of another unit, which has the number now, is left alone, and one that is gone is no error', async () => {
  const exited = once(child, 'exit');
  await endThoseOf(child.pid ?? 0, (pid) => (pid === 'self' ? '/tshub-proxyd.service' : '/other.service'));
  child.kill('SIGINT');
  expect(await exited).toEqual([null, 'SIGINT']);
  await endThoseOf(child.pid ?? 0);
});
