import { dynamicUserId } from '@tshub/contract';
import type { Helper } from '../systemd1.ts';
import type { RunAs } from './run-as.ts';
import type { UnitProperty } from './unit-properties.ts';

/** Name of the unit that makes a guest's home and takes it away. */
export function guestUnit(user: string): string {
  return `tshub-guest-${dynamicUserId(user)}.service`;
}

/**
 * A unit of its own, which PID 1 stops as soon as no server needs it: so it is done however the server ends, and whether spawnerd is there or not.
 * Not commands of the server's unit, which run among its mounts, where a home cannot be removed, and which end with a kill of the whole unit.
 */
export function guestHelpers(runAs: RunAs, user: string, records: readonly string[]): Helper[] {
  if (runAs.kind !== 'guest' || runAs.uid === null) return [];
  const { home, uid } = runAs;
  const owner = String(uid);
  const remove = ['/usr/bin/rm', '-rf', '--one-file-system', '--', home];
  const make = ['/usr/bin/install', '-d', '-m', '0700', '-o', owner, '-g', owner, '--', home];
  const command = (argv: readonly string[]) => [argv[0], argv, ['no-env-expand']];
  const properties: UnitProperty[] = [
    ['Description', 's', `Home of the guest ${runAs.login} of the notebook hub`],
    ['Type', 's', 'oneshot'],
    ['RemainAfterExit', 'b', true],
    ['StopWhenUnneeded', 'b', true],
    ['CollectMode', 's', 'inactive-or-failed'],
    ['ExecStartEx', 'a(sasas)', [command(remove), command(make)]],
    ['ExecStopEx', 'a(sasas)', [command([...remove, ...records])]],
    ['PrivateNetwork', 'b', true],
    ['NoNewPrivileges', 'b', true],
  ];
  return [[guestUnit(user), properties]];
}
