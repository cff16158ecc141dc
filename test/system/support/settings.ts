import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { eventually } from './machine.ts';
import { machine } from './suite.ts';

/** A web server that is no Jupyter: up in a moment. `web unix:PATH` or `web PORT`. */
export const web = '/opt/tshub-test/web';

export async function installWeb(): Promise<void> {
  await machine.sh('mkdir -p /opt/tshub-test');
  await machine.push(join(import.meta.dirname, 'web.py'), web);
  await machine.sh(`chmod 755 ${web}`);
}

const dropin = '/etc/tshub/tshub.toml.d/60-of-this-test.toml';

/** Lays settings over those of the suite. */
export async function withSettings(toml: string): Promise<void> {
  await machine.write(dropin, toml);
  await applySettings();
}

export async function withoutSettings(): Promise<void> {
  await machine.sh(`rm -f ${dropin}`);
  await applySettings();
}

async function applySettings(): Promise<void> {
  await machine.run(['tshubctl', 'config', 'check']);
  const reloads = async () => (await machine.journal('-u', 'tshub.service', 'TSHUB_EVENT=config-reloaded')).length;
  const before = await reloads();
  // It counts how often somebody has started a server; tests do that more often than people.
  await machine.run(['systemctl', 'try-restart', 'tshub-spawnerd']);
  await machine.run(['systemctl', 'reload', 'tshub']);
  await eventually('the hub has read its settings', async () => (await reloads()) > before);
}

/** What a script does that a user runs in their server: `web` runs it, with all that holds for the unit. */
export async function inside(user: string, script: string): Promise<{ code: number; out: string }> {
  const id = createHash('sha256').update(`${user}\0`).digest('hex').slice(0, 16);
  const socket = `/run/tshub-servers/${id}/sock`;
  const ask = ['curl', '--silent', '--show-error', '--include', '--unix-socket', socket, '--data-binary', '@-'];
  const { out } = await machine.run([...ask, 'http://server/'], { input: script });
  const [head = '', ...body] = out.split(/\r?\n\r?\n/);
  return { code: Number(/^x-code: (\d+)/im.exec(head)?.[1] ?? Number.NaN), out: body.join('\n\n').trim() };
}
