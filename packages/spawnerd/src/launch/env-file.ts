import { paths, serverId } from '@tshub/contract';
import type { Files } from '../files.ts';
import type { ServerName } from '../request.ts';
import type { Variables } from './environment.ts';

/** Where PID 1 reads the variables of a server while it starts; the folder is root's alone. */
export function envFilePath({ user, server }: ServerName): string {
  return `${paths.spawnerState}/${serverId(user, server)}.env`;
}

/**
 * Variables in the form of EnvironmentFile= (systemd.exec(5)): double quotes, inside which a backslash guards `"`, `\`, `` ` `` and `$`.
 * Names and values were checked: a value has no control characters, which systemd would drop with the whole line.
 */
export function formatEnvFile(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/["\\`$]/g, '\\$&')}"\n`)
    .join('');
}

/** Writes the file of a server, runs `work`, and removes the file whatever became of it. */
export async function withEnvFile<T>(
  files: Files,
  name: ServerName,
  variables: Variables,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = envFilePath(name);
  await files.remove(path);
  try {
    await files.writeSecret(path, formatEnvFile(variables));
    return await work(path);
  } finally {
    await files.remove(path);
  }
}

/** Removes what a spawnerd that was killed has left. */
export async function removeStaleEnvFiles(files: Files): Promise<void> {
  for (const name of await files.list(paths.spawnerState)) {
    if (name.endsWith('.env')) await files.remove(`${paths.spawnerState}/${name}`);
  }
}
