import type { Settings } from '@tshub/config';
import { dynamicUserId, paths } from '@tshub/contract';
import type { Account } from '@tshub/native';
import type { ServerName } from '../request.ts';
import type { Person } from './environment.ts';
import { expandNames } from './template.ts';

/** Who a server runs as: an account of the host, a user that systemd makes up for as long as it runs, or a guest, whose account is there for as long. */
export type RunAs =
  | (Person & { readonly kind: 'account'; readonly uid: number; readonly workingDirectory: string })
  | (Person & { readonly kind: 'dynamic'; readonly stateDirectory: string; readonly workingDirectory: string })
  | (Person & {
      readonly kind: 'guest';
      /** null until an account was made. */
      readonly uid: number | null;
      readonly workingDirectory: string;
    });

type RunAsSettings = Pick<Settings['spawner'], 'default_shell' | 'user_workingdir'>;

export function runAsAccount(account: Account, settings: RunAsSettings, of: ServerName): RunAs {
  const { name, uid, home, shell } = account;
  const workingDirectory = settings.user_workingdir === '' ? home : expandNames(settings.user_workingdir, of);
  return {
    kind: 'account',
    login: name,
    uid,
    home,
    shell: shell === '' ? settings.default_shell : shell,
    workingDirectory,
  };
}

/** All servers of one person share a made-up user and its state directory; both are named by a hash, so that no name leads to a folder of the system. */
export function runAsDynamic(user: string, settings: RunAsSettings): RunAs {
  const id = dynamicUserId(user);
  const stateDirectory = `${paths.dynamicState}/${id}`;
  const home = `/var/lib/${stateDirectory}`;
  return {
    kind: 'dynamic',
    login: `tshub-${id}`,
    home,
    shell: settings.default_shell,
    workingDirectory: home,
    stateDirectory,
  };
}

/** A guest's home is new at each start, and named by a hash. */
export function runAsGuest(user: string, login: string, settings: RunAsSettings): RunAs {
  const home = `/var/lib/${paths.guestHomes}/${dynamicUserId(user)}`;
  return { kind: 'guest', login, uid: null, home, shell: settings.default_shell, workingDirectory: home };
}
