import { randomBytes } from 'node:crypto';
import type { Machine } from './machine.ts';

/** The people of the machine; passwords are random for each run, so that a search of the journal for them means something. */
export type Person = 'ada' | 'bob' | 'carol' | 'dora' | 'erin' | 'frank' | 'grace';

/** carol is locked, dora has expired, frank's shell is nologin, grace administers the hub, nologin says nobody else. */
export async function makeAccounts(machine: Machine): Promise<Record<Person, string>> {
  const people: readonly Person[] = ['ada', 'bob', 'carol', 'dora', 'erin', 'frank', 'grace'];
  const passwords = Object.fromEntries(
    people.map((name) => [name, `pw-${randomBytes(9).toString('base64url')}`]),
  ) as Record<Person, string>;
  for (const name of people)
    await machine.sh(`id ${name} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ${name}`);
  await machine.run(['chpasswd'], { input: people.map((name) => `${name}:${passwords[name]}`).join('\n') });
  await machine.sh(
    'usermod --lock carol; chage --expiredate 1 dora; usermod --shell /usr/sbin/nologin frank; usermod --append --groups tshub-admin grace',
  );
  return passwords;
}
