import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Files } from '../files.ts';
import { usualPaths } from './environment.ts';

/** The absolute path of the server's program; throws spawn_failed that says where it was looked for. */
export async function resolveProgram(
  files: Pick<Files, 'lookExecutable'>,
  settings: Pick<Settings['spawner'], 'command' | 'extra_paths'>,
): Promise<string> {
  const program = settings.command[0] ?? '';
  if (program.startsWith('/')) {
    // Hidden from us need not be hidden from PID 1: it will say so itself.
    if ((await files.lookExecutable(program)) !== 'missing') return program;
    throw notFound(program, 'there is no such program');
  }
  if (program.includes('/')) throw notFound(program, 'expected a name or an absolute path');
  const folders = [...settings.extra_paths, ...usualPaths];
  for (const folder of folders) {
    if ((await files.lookExecutable(`${folder}/${program}`)) === 'there') return `${folder}/${program}`;
  }
  throw notFound(program, `looked in ${folders.join(', ')}`);
}

function notFound(program: string, detail: string): TshubError {
  return new TshubError('spawn_failed', { problem: `command not found: ${program}; ${detail}` });
}
