import { eventually } from './machine.ts';
import { noteSecret } from './secrets.ts';
import { machine, passwords, visitor } from './suite.ts';
import type { Visitor } from './visitor.ts';

/** A visitor who is logged in and whose server runs. */
export async function visitorWithServer(user: 'ada' | 'bob' | 'grace'): Promise<Visitor> {
  const guest = visitor();
  const answer = await guest.logIn(user, passwords[user]);
  if (answer.status !== 302) throw new Error(`login of ${user}: ${answer.status}\n${await answer.text()}`);
  await guest.visit(`/hub/spawn/${user}`);
  await serverReady(user);
  return guest;
}

/** The server is ready, as an administrator sees it; its secrets are noted. */
export async function serverReady(user: string): Promise<void> {
  await eventually(`${user}'s server is ready`, async () => (await show(user)).ready, 120);
  const pid = (await machine.show(`tshub-server-${user}.service`, 'MainPID'))['MainPID'];
  const environment = await machine.sh(
    `tr '\\0' '\\n' < /proc/${pid}/environ | grep -E '^(JUPYTERHUB_API_TOKEN|JPY_API_TOKEN)=' | cut -d= -f2`,
  );
  noteSecret(...environment.split('\n'));
}

export interface Shown {
  readonly user: string;
  readonly ready: boolean;
  readonly pending: string | null;
  readonly unit: string;
  readonly reason?: string;
}

export async function show(user: string): Promise<Shown> {
  const { out } = await machine.run(['tshubctl', 'server', 'show', user, '--json']);
  return (JSON.parse(out) as { server: Shown }).server;
}
