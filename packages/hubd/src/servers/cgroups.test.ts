import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverCgroup, userCgroup } from '@tshub/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cgroups } from './cgroups.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tshub-cgroups-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(group: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, group), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, group, name), text);
}

const ada = serverCgroup('ada', '');
const events = (oom: number, killed: number) =>
  `low 0\nhigh 0\nmax 9\noom ${oom}\noom_kill ${killed}\noom_group_kill 0\n`;

test('a server is found where the service manager puts it', () => {
  expect(serverCgroup('ada-l', 'lab')).toBe(
    '/tshub.slice/tshub-users.slice/tshub-users-ada\\x2dl.slice/tshub-server-ada\\x2dl-lab.service',
  );
});

test('with another slice for servers it is found below that', () => {
  expect(serverCgroup('ada', '', 'campus-students.slice')).toBe(
    '/campus.slice/campus-students.slice/campus-students-ada.slice/tshub-server-ada.service',
  );
});

test('what the kernel counts is read from its files', async () => {
  write(ada, {
    'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n',
    'memory.current': '1048576\n',
    'memory.peak': '2097152\n',
    'memory.max': 'max\n',
    'cpu.max': '150000 100000\n',
    'pids.current': '7\n',
    'pids.max': '900\n',
    'io.stat': '8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n254:0 rbytes=5 wbytes=0 rios=1 wios=0\n',
  });
  expect(await new Cgroups(root).ofServer('ada', '')).toEqual({
    memoryCurrent: 1_048_576,
    memoryPeak: 2_097_152,
    memoryMax: null,
    cpuSeconds: 2.5,
    cpuLimit: 1.5,
    tasks: 7,
    tasksMax: 900,
    ioReadBytes: 105,
    ioWriteBytes: 20,
  });
});

test('what a host does not count is null, and a group that is not there has no usage', async () => {
  write(ada, { 'cpu.stat': 'usage_usec 0\n', 'cpu.max': 'max 100000\n' });
  expect(await new Cgroups(root).ofServer('ada', '')).toMatchObject({
    cpuSeconds: 0,
    cpuLimit: null,
    memoryCurrent: null,
    tasks: null,
  });
  expect(await new Cgroups(root).ofUser('bob')).toBeUndefined();
});

/** For what comes as soon as the kernel tells it: far longer than that takes. */
const patient = { timeout: 4000 } as const;

test.each([
  ['its own limit', 1, { own: '268435456', user: 'max' }, 'out of memory: limit 256 MiB'],
  [
    'the limit of its user',
    0,
    { own: '268435456', user: '536870912' },
    'out of memory: limit 512 MiB for all servers of ada together',
  ],
  ['none but the host', 0, { own: 'max', user: 'max' }, 'out of memory: the host has none left'],
])('a kill is told with the limit that was reached: %s', async (_, oom, limits, reason) => {
  write(userCgroup('ada'), { 'memory.max': limits.user });
  // An old kill says that the file was read once: what is written afterwards is new, however slow this host is.
  write(ada, { 'memory.events': events(0, 1), 'memory.max': limits.own });
  const onKill = vi.fn();
  const stop = new Cgroups(root).watchKills('ada', '', onKill);
  await vi.waitFor(() => expect(onKill).toHaveBeenCalledWith(expect.any(String), true), patient);
  write(ada, { 'memory.events': events(oom, 2) });
  await vi.waitFor(() => expect(onKill).toHaveBeenCalledWith(reason, false), patient);
  expect(onKill).toHaveBeenCalledTimes(2);
  stop();
});

test('kills from before are told as old ones, and nothing is told twice', async () => {
  write(ada, { 'memory.events': events(1, 2), 'memory.max': '1024' });
  const onKill = vi.fn();
  const stop = new Cgroups(root).watchKills('ada', '', onKill);
  await vi.waitFor(() => expect(onKill).toHaveBeenCalledWith('out of memory: limit 1 KiB', true), patient);
  write(ada, { 'memory.events': events(1, 2) });
  await settle();
  expect(onKill).toHaveBeenCalledTimes(1);
  stop();
});

test('a host without the controller is watched in vain', () => {
  expect(() => new Cgroups(root).watchKills('ada', '', () => undefined)()).not.toThrow();
});

/** Long enough for the reads that were begun. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
