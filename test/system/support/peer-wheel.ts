import { execa } from 'execa';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../../support/files.ts';

/** A program of the peer from Python's registry, by pip; kept, so that only the first run needs a network. What it needs itself Debian's jupyterhub brings. */
export async function peerWheel(name: string, version: string): Promise<string> {
  const folder = join(process.env['TSHUB_CACHE'] ?? '/var/cache/tshub', 'wheels', `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  if (filesBelow(folder, '.whl').length === 0)
    await execa('python3', ['-m', 'pip', 'download', '--no-deps', '--quiet', '--dest', folder, `${name}==${version}`]);
  const [wheel] = filesBelow(folder, '.whl');
  if (wheel === undefined) throw new Error(`pip brought no wheel of ${name} ${version} into ${folder}`);
  return join(folder, wheel);
}
