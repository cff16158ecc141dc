import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { runAs } from './run-as.ts';

const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const sh = (script: string): string[] => ['sh', '-c', script];

test('what a program writes is taken, and its last words are the reason when it fails', async () => {
  expect(await runAs(self, sh('echo all'), text)).toBe('all\n');
  await expect(runAs(self, sh('echo first >&2; echo last >&2; exit 3'), text)).rejects.toMatchObject({
    code: 'backup_refused',
    message: 'last',
  });
});

test('who begins to read late misses nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-run-as-'));
  const written = join(folder, 'written');
  const late = async (output: Readable): Promise<string> => {
    await vi.waitFor(() => expect(existsSync(written)).toBe(true), { interval: 10 });
    // What has arrived by now would be gone if it flowed.
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    return text(output);
  };
  expect(await runAs(self, sh(`echo first; : >${written}; echo second`), late)).toBe('first\nsecond\n');
  rmSync(folder, { recursive: true });
});

test('one that writes nothing any more is ended, even if something else holds its output open', async () => {
  const script = 'echo some; setsid sleep 30 & exec sleep 30';
  await expect(runAs(self, sh(script), text, 300)).rejects.toMatchObject({
    code: 'backup_refused',
    message: expect.stringContaining('sh has written nothing for'),
  });
});

test('one that goes on writing is not, however long it takes', async () => {
  const script = 'for i in 1 2 3 4 5 6 7 8; do echo x; sleep 0.2; done';
  expect(await runAs(self, sh(script), text, 1000)).toHaveLength(16);
});
