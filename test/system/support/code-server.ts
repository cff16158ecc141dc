import { execa } from 'execa';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The last that Node 20 runs. */
const version = '4.100.3';

/**
 * code-server from npm's registry as an archive of its node_modules; kept, so that only the first run needs a network. Of its addons only the one
 * is compiled that it does not start without: no terminal, and no log of its own.
 */
export async function codeServer(): Promise<string> {
  const cache = join(process.env['TSHUB_CACHE'] ?? '/var/cache/tshub', 'programs');
  const archive = join(cache, `code-server-${version}.tar`);
  if (existsSync(archive)) return archive;
  const folder = join(cache, `code-server-${version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const npm = (within: string, ...args: readonly string[]) =>
    execa('npm', [...args, '--no-audit', '--no-fund'], { cwd: join(folder, within), timeout: 600_000 });
  await npm('.', 'init', '--yes');
  await npm('.', 'install', '--ignore-scripts', `code-server@${version}`);
  await npm('node_modules/code-server/lib/vscode', 'install', '--ignore-scripts', '--omit=dev');
  await npm('.', 'rebuild', 'argon2');
  await execa('tar', ['-C', folder, '-cf', `${archive}.new`, 'node_modules']);
  renameSync(`${archive}.new`, archive);
  rmSync(folder, { recursive: true, force: true });
  return archive;
}
