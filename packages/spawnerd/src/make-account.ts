import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { UnitProperty } from './launch/unit-properties.ts';
import { quote, refused } from './request.ts';
import { orFailed, type Systemd1 } from './systemd1.ts';

export interface MakeAccountParts {
  readonly systemd1: Systemd1;
  readonly log: Log;
  /** Lets one account be made at a time: useradd locks the password database. */
  readonly oneByOne: <T>(work: () => Promise<T>) => Promise<T>;
}

/** One name, so that what was asked for never becomes part of a unit's name. */
const unit = 'tshub-new-account.service';
const timeoutMs = 30_000;
/** What useradd takes, without the names that look like something else: an option, a number, a path. */
const accountName = /^[a-z_][a-z0-9_-]{0,30}$/;

/**
 * Makes an account, without a password, by a useradd that PID 1 runs: this process can write nothing itself.
 * Throws spawn_refused for a name that is none, spawn_failed when useradd fails. An account that has come meanwhile is fine.
 */
export async function makeAccount(
  parts: MakeAccountParts,
  login: string,
  settings: Settings['spawner'],
): Promise<void> {
  const { denied_users, allowed_groups, new_account_groups } = settings;
  if (!accountName.test(login) || denied_users.includes(login))
    throw refused(`there is no account ${quote(login)} on this host, and none is made for such a name`);
  // The policy would refuse the account that was just made.
  if (allowed_groups.length > 0 && !new_account_groups.some((group) => allowed_groups.includes(group)))
    throw refused(`there is no account ${login} on this host, and new_account_groups has none of allowed_groups`);
  const { systemd1, log } = parts;
  await parts.oneByOne(async () => {
    await systemd1.resetFailedUnit(unit);
    const making = systemd1.startTransientUnit(unit, accountUnit(login, settings));
    const job = await orFailed(making, `the account ${login} could not be made`);
    const result = await systemd1.jobResult(job, timeoutMs);
    await systemd1.resetFailedUnit(unit);
    if (result !== 'done') {
      const problem = `the account ${login} could not be made (${result}); see: journalctl -u ${unit}`;
      throw new TshubError('spawn_failed', { problem });
    }
  });
  log.info({ event: 'account-made', user: login }, `Made the account ${login}, which had none of this host`);
}

function accountUnit(
  login: string,
  { default_shell, new_account_groups, min_uid, max_uid }: Settings['spawner'],
): UnitProperty[] {
  const argv = [
    '/usr/sbin/useradd',
    '--create-home',
    '--user-group',
    '--shell',
    default_shell,
    ...(new_account_groups.length === 0 ? [] : ['--groups', new_account_groups.join(',')]),
    // The policy looks at the uid afterwards as well.
    '--key',
    `UID_MIN=${min_uid}`,
    '--key',
    `UID_MAX=${max_uid}`,
    '--key',
    'HOME_MODE=0700',
    '--comment',
    '',
    '--',
    login,
  ];
  return [
    ['Description', 's', 'Makes an account for a user of the notebook hub'],
    ['Type', 's', 'oneshot'],
    // Already there (9) is what was wanted: two servers of one person may start at once.
    ['SuccessExitStatus', '(aiai)', [[9], []]],
    ['ExecStartEx', 'a(sasas)', [[argv[0], argv, ['no-env-expand']]]],
    ['TimeoutStartUSec', 't', BigInt(timeoutMs) * 1000n],
    ['CollectMode', 's', 'inactive-or-failed'],
    ['PrivateNetwork', 'b', true],
    ['PrivateTmp', 'b', true],
    ['NoNewPrivileges', 'b', true],
  ];
}
