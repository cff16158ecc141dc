import { expect, test } from 'vitest';
import { readUnitFacts } from './unit-facts.ts';

test('counters that the host does not keep are absent, not huge', () => {
  const unset = 2n ** 64n - 1n;
  const facts = readUnitFacts({ MemoryCurrent: unset, MemoryMax: unset, TasksCurrent: 7n, CPUUsageNSec: 0n });
  expect(facts).toMatchObject({ memoryCurrent: undefined, memoryMax: undefined, tasks: 7n, cpuNanoseconds: 0n });
});

test('a unit that runs nothing has no uid, and never that of root', () => {
  expect(readUnitFacts({ UID: 4294967295 }).uid).toBeNull();
  expect(readUnitFacts({}).uid).toBeNull();
  expect(readUnitFacts({ UID: 1000 }).uid).toBe(1000);
});

test('the first command before the program that failed is found', () => {
  const command = (path: string, code: number, status: number) => [
    path,
    [path],
    false,
    0n,
    0n,
    0n,
    0n,
    12,
    code,
    status,
  ];
  const facts = readUnitFacts({ ExecStartPre: [command('/usr/bin/true', 1, 0), command('/usr/bin/setfacl', 1, 203)] });
  expect(facts.preparation).toEqual({ program: '/usr/bin/setfacl', exitCode: 1, exitStatus: 203 });
  expect(readUnitFacts({ ExecStartPre: [command('/usr/bin/true', 1, 0)] }).preparation).toBeNull();
});

test('paths that may be missing are not among the required ones', () => {
  const facts = readUnitFacts({ ReadOnlyPaths: ['/srv', '-/opt'], ReadWritePaths: ['/data'] });
  expect(facts.requiredPaths).toEqual(['/srv', '/data']);
});

test('the invocation is 32 hex digits', () => {
  expect(readUnitFacts({ InvocationID: new Uint8Array(16).fill(0xab) }).invocation).toBe('ab'.repeat(16));
});
