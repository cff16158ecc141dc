import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
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
