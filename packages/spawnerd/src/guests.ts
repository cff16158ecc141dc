import { createHash } from 'node:crypto';
import { guestUids, paths, serverUnit, TshubError } from '@tshub/contract';
import type { Files } from './files.ts';
import type { RunAs } from './launch/run-as.ts';
import { guestUnit } from './launch/unit-guest.ts';
import type { Accounts } from './permit.ts';
import { refused } from './request.ts';
import type { Systemd1 } from './systemd1.ts';

type Guest = Extract<RunAs, { kind: 'guest' }>;

export interface GuestParts {
  readonly files: Files;
  readonly random: (below: number) => number;
  readonly systemd1: Systemd1;
  readonly accounts: Accounts;
}

const attempts = 200;
const helperTimeoutMs = 30_000;

/** Name of the account of a guest: readable where the user's name may be one, a hash where not. Over the bus a guest is nobody to the hub, whatever the name. */
export function guestLogin(user: string): string {
  const isPlain = /^[a-z0-9][a-z0-9_-]{0,20}$/.test(user);
  return `guest-${isPlain ? user : `x${createHash('sha256').update(user).digest('hex').slice(0, 12)}`}`;
}

/**
 * Runs `work` with an account for a guest: records in /run/userdb (systemd.io/USER_RECORD), which the host's name service reads. When `work` fails they are removed here,
 * and otherwise by PID 1 after the server's end, with the home (unit-guest.ts). Called when no server of this guest runs: records that are still there are left over.
 */
export async function withGuest<T>(
  parts: GuestParts,
  guest: Guest,
  user: string,
  work: (guest: Guest & { uid: number }) => Promise<T>,
): Promise<T> {
  const { files, systemd1, accounts } = parts;
  await endHelper(systemd1, user);
  const named = recordPath(guest.login, 'user');
  const old = await files.read(named);
  const uid = old === null ? null : ownerOf(old, user);
  if (old !== null && uid === null) {
    const problem = `${guest.login} is the account of another guest; it is free when their server has ended`;
    throw new TshubError('spawn_failed', { problem });
  }
  await remove(files, guest.login, uid);
  // The name service asks other sources first: with an account of that name the server would run as somebody else.
  if ((await accounts.userByName(guest.login)) !== null) throw refused(`${guest.login} is an account of this host`);
  const known = await writeRecords(parts, guest, user);
  try {
    return await work(known);
  } catch (error) {
    await remove(files, guest.login, known.uid);
    throw error;
  }
}

/** Waits until what an earlier server of this guest had is gone. */
async function endHelper(systemd1: Systemd1, user: string): Promise<void> {
  const job = await systemd1.stopUnit(guestUnit(user));
  if (job !== null) await systemd1.jobResult(job, helperTimeoutMs);
}

/** Removes records that a spawnerd that was killed has left: of guests who have no server, and so nothing that takes the records away. */
export async function removeStaleGuests({ files, systemd1 }: Pick<GuestParts, 'files' | 'systemd1'>): Promise<void> {
  for (const file of await files.list(paths.userRecords)) {
    const record = file.endsWith('.user') ? await files.read(`${paths.userRecords}/${file}`) : null;
    const guest = record === null ? null : guestIn(record);
    if (guest === null) continue;
    const units = [serverUnit(guest.user, ''), guestUnit(guest.user)];
    const loaded = await Promise.all(units.map((unit) => systemd1.unitFacts(unit)));
    if (loaded.every((facts) => facts === null)) await remove(files, guest.login, guest.uid);
  }
}

/** Whose record of ours this is; null for a record of somebody else. */
function guestIn(record: string): { readonly login: string; readonly user: string; readonly uid: number } | null {
  try {
    const { userName, realName, uid } = JSON.parse(record) as Readonly<Record<string, unknown>>;
    if (typeof realName !== 'string' || typeof uid !== 'number' || userName !== guestLogin(realName)) return null;
    return uid >= guestUids.min && uid <= guestUids.max ? { login: userName, user: realName, uid } : null;
  } catch {
    return null;
  }
}

/** The files that are to go when a guest goes. */
export function guestFiles(login: string, uid: number): string[] {
  return [login, String(uid)].flatMap((name) => [recordPath(name, 'user'), recordPath(name, 'group')]);
}

async function writeRecords(
  { files, random, accounts }: GuestParts,
  guest: Guest,
  user: string,
): Promise<Guest & { uid: number }> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // Not the next one: what an earlier guest may have left somewhere should find nobody for long.
    const uid = guestUids.min + random(guestUids.max - guestUids.min + 1);
    if ((await accounts.userByUid(uid)) !== null) continue;
    const { login, home, shell } = guest;
    const account = { userName: login, realName: user, uid, gid: uid, homeDirectory: home, shell, locked: true };
    const group = { groupName: login, gid: uid };
    if (!(await files.writeNew(recordPath(String(uid), 'user'), JSON.stringify(account)))) continue;
    await files.writeNew(recordPath(String(uid), 'group'), JSON.stringify(group));
    await files.writeNew(recordPath(login, 'group'), JSON.stringify(group));
    await files.writeNew(recordPath(login, 'user'), JSON.stringify(account));
    return { ...guest, uid };
  }
  throw new TshubError('server_limit', { problem: 'there are as many guests as this host can have' });
}

async function remove(files: Files, login: string, uid: number | null): Promise<void> {
  const named = [recordPath(login, 'user'), recordPath(login, 'group')];
  for (const path of uid === null ? named : guestFiles(login, uid)) await files.remove(path);
}

function recordPath(name: string, kind: 'group' | 'user'): string {
  return `${paths.userRecords}/${name}.${kind}`;
}

/** The uid in a record that was written for this user; null for any other. */
function ownerOf(record: string, user: string): number | null {
  const { realName, uid } = JSON.parse(record) as { readonly realName?: unknown; readonly uid?: unknown };
  return realName === user && typeof uid === 'number' ? uid : null;
}
