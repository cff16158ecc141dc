import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { exposureBounds } from '../support/exposure-bounds.ts';
import { filesIn, root } from './support.ts';

const execute = promisify(execFile);

/** What a command says and how it ends. */
async function run(command: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const environment = { ...process.env, SYSTEMD_UNIT_PATH: `${root}units:` };
  try {
    const { stdout, stderr } = await execute(command, args, { cwd: root, env: environment });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: `${stdout}${stderr}` };
  }
}

test('systemd finds nothing wrong with the units', async () => {
  const units = ['.service', '.socket', '.slice', '.timer'].flatMap((ending) =>
    filesIn('units', ending).map((name) => `units/${name}`),
  );
  const { output } = await run('systemd-analyze', 'verify', '--man=no', ...units);
  // The programs of the package are not on the host that tests it.
  const complaints = output
    .split('\n')
    .filter((line) => line !== '' && !/Command \/usr\/(lib\/tshub\/\S+|bin\/node) is not executable/.test(line));
  expect(complaints.filter((line) => line.includes('tshub'))).toEqual([]);
});

test.each(exposureBounds)('%s exposes no more than %i', async (unit, bound) => {
  const { code, output } = await run(
    'systemd-analyze',
    'security',
    '--offline=true',
    `--threshold=${bound}`,
    `units/${unit}`,
  );
  expect(code, output.trim().split('\n').at(-1)).toBe(0);
});
