import { expect, test } from 'vitest';
import type { Sight } from '../files.ts';
import { resolveProgram } from './command.ts';

function filesWith(there: Record<string, Sight>) {
  return { lookExecutable: async (path: string): Promise<Sight> => there[path] ?? 'missing' };
}

test('a name is looked for in extra_paths first, then in the usual folders', async () => {
  const files = filesWith({ '/opt/c/bin/jh': 'there', '/usr/bin/jh': 'there' });
  expect(await resolveProgram(files, { command: ['jh'], extra_paths: ['/opt/c/bin'] })).toBe('/opt/c/bin/jh');
  expect(await resolveProgram(files, { command: ['jh'], extra_paths: [] })).toBe('/usr/bin/jh');
});

test('a name that is nowhere is a failure that says where it was looked for', async () => {
  const resolving = resolveProgram(filesWith({}), { command: ['jh', '--x'], extra_paths: ['/opt/c/bin'] });
  await expect(resolving).rejects.toMatchObject({
    code: 'spawn_failed',
    message: expect.stringMatching(/^command not found: jh; looked in \/opt\/c\/bin, \/usr\/local\/sbin, /),
  });
});

test('a program that only PID 1 may see is left for it to judge', async () => {
  expect(
    await resolveProgram(filesWith({ '/home/x/jh': 'hidden' }), { command: ['/home/x/jh'], extra_paths: [] }),
  ).toBe('/home/x/jh');
});

test.each(['/opt/gone', './jh', 'bin/jh'])('%s is a failure', async (program) => {
  await expect(resolveProgram(filesWith({}), { command: [program], extra_paths: [] })).rejects.toMatchObject({
    code: 'spawn_failed',
  });
});
