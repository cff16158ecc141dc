import type { Settings } from '@tshub/config';
import { paths, serverId, userSlice } from '@tshub/contract';
import type { Files } from './files.ts';
import { noLimit, sliceLimits } from './launch/unit-limits.ts';
import { orFailed, type Systemd1 } from './systemd1.ts';

/**
 * Sets what all servers of one person may use together, before one of them starts. A slice of which the settings say nothing is left alone,
 * so that root can set its limits by hand; what the settings said before, and do not any more, is taken back. What was said is kept in a note beside
 * the environment files: like the limits themselves it lasts until the host is booted again.
 */
export async function limitSlice(
  { systemd1, files }: { readonly systemd1: Systemd1; readonly files: Files },
  user: string,
  settings: Settings['spawner'],
): Promise<void> {
  const slice = userSlice(user, settings.slice);
  const note = `${paths.spawnerState}/${serverId(slice, '')}.slice`;
  const wanted = sliceLimits(settings);
  const fresh = `${note}.new`;
  const before = [...new Set([...namesIn(await files.read(note)), ...namesIn(await files.read(fresh))])];
  // A spawnerd that is killed between any two of these leaves one file or the other.
  const write = async (all: readonly string[]): Promise<void> => {
    await files.remove(fresh);
    await files.writeSecret(fresh, all.join('\n'));
    await files.remove(note);
    await files.writeSecret(note, all.join('\n'));
    await files.remove(fresh);
  };
  const names = wanted.map(([name]) => name);
  const over = before.filter((name) => !names.includes(name)).map(noLimit);
  if (wanted.length + over.length === 0) return;
  // The note first: whatever is cut short is put right by the next start.
  await write([...new Set([...names, ...before])]);
  await orFailed(systemd1.setUnitProperties(slice, [...wanted, ...over]), `the limits of ${slice} could not be set`);
  if (over.length === 0) return;
  if (names.length > 0) await write(names);
  else await files.remove(note);
}

function namesIn(note: string | null): string[] {
  return (note ?? '').split('\n').filter((name) => /^[A-Za-z]+$/.test(name));
}
