import { existsSync, readFileSync } from 'node:fs';
import { endAfter } from '@tshub/native';
import { afterAll, expect, test } from 'vitest';
import { handOver } from './hand-over.ts';
import { makeNotifier } from './notify.ts';

const hour = 3_600_000;

// These let the kernel end this process in an hour.
afterAll(() => endAfter(0));

function notifierThat(handOverTo: (pid: number) => boolean) {
  return { ...makeNotifier({ env: {}, pid: 7 }), handOver: async (pid: number) => handOverTo(pid) };
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("the stand-in is there while it is announced, is nobody's child of ours, and then ends", async () => {
  let standIn = 0;
  let parent = '';
  const isTaken = await handOver(
    notifierThat((pid) => {
      standIn = pid;
      parent = /PPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '';
      return true;
    }),
    hour,
  );
  expect(isTaken).toBe(true);
  expect(parent).not.toBe(String(process.pid));
  await gone(standIn);
});

test('a service manager that does not take it leaves nothing behind', async () => {
  let standIn = 0;
  const notifier = notifierThat((pid) => {
    standIn = pid;
    return false;
  });
  expect(await handOver(notifier, hour)).toBe(false);
  await gone(standIn);
});
