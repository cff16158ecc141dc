import { eventually } from '../../system/support/machine.ts';
import { show } from '../../system/support/server.ts';
import { machine } from '../../system/support/suite.ts';

export type Person = 'ada' | 'bob';

/** Settings of servers that start from now on, beside the command of the small program. */
export async function spawnerSettings(lines: string): Promise<void> {
  await machine.write(
    '/etc/tshub/tshub.toml.d/50-limits.toml',
    `[spawner]\ncommand = ["/usr/bin/python3", "/opt/program.py", "{socket}"]\nswap_limit = "0"\n${lines}\n`,
  );
}

/** Starts a server of the small program anew. */
export async function startProgram(user: Person, server = ''): Promise<void> {
  const name = server === '' ? [] : [server];
  await machine.run(['tshubctl', 'server', 'stop', user, ...name], { fails: true });
  await machine.run(['tshubctl', 'server', 'start', user, ...name]);
}

/** Has the program do something; what it says. */
export async function tell(user: Person, verb: string, command = '', server = ''): Promise<string> {
  const prefix = server === '' ? `/user/${user}` : `/user/${user}/${server}`;
  const answer = await fetch(`${machine.url}${prefix}/${verb}`, { method: 'POST', body: command });
  return answer.text();
}

export function groupOf(user: Person, server = ''): string {
  const unit = server === '' ? `tshub-server-${user}` : `tshub-server-${user}-${server}`;
  return `/sys/fs/cgroup/tshub.slice/tshub-users.slice/tshub-users-${user}.slice/${unit}.service`;
}

/** A value of a file of the kernel's accounting: `usage_usec` of cpu.stat. */
export async function counter(path: string, name: string): Promise<number> {
  return Number(await machine.sh(`awk '$1 == "${name}" { print $2 }' ${path}`));
}

/** Where the journal ends now. */
export async function journalCursor(): Promise<string> {
  return (await machine.sh('journalctl --lines=0 --show-cursor')).replace(/^.*-- cursor: /s, '');
}

/** The reason that the journal gives for an event of a server, the first after the cursor. */
export async function reasonInJournal(event: string, user: Person, cursor: string): Promise<string> {
  return eventually(`the journal has ${event} of ${user}`, async () => {
    const entries = await eventsSince(event, user, cursor);
    return entries[0]?.['TSHUB_REASON'] as string | undefined;
  });
}

export function eventsSince(event: string, user: Person, cursor: string): Promise<Array<Record<string, unknown>>> {
  return machine.journal(`--after-cursor=${cursor}`, '-u', 'tshub', `TSHUB_EVENT=${event}`, `TSHUB_USER=${user}`);
}

export async function hasEnded(user: Person): Promise<string> {
  return eventually(`${user}'s server has ended`, async () => {
    const { ready, pending, reason = '' } = await show(user);
    return !ready && pending === null && reason !== '' ? reason : undefined;
  });
}
