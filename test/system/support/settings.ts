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
  await machine.run(['systemctl', 'reload', 'tshub']);
  await eventually('the hub has read its settings', async () => (await reloads()) > before);
}

/** What a script prints inside of a server, as its user and without ways to more. */
export async function inside(unit: string, script: string, user = 'ada'): Promise<{ code: number; out: string }> {
  const pid = (await machine.show(unit, 'MainPID'))['MainPID'] ?? '';
  const entered = ['nsenter', '--target', pid, '--mount', '--ipc', '--no-fork'];
  const as = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--no-new-privs'];
  const { code, out, err } = await machine.run([...entered, ...as, 'sh', '-c', script], { fails: true });
  return { code, out: `${out}${err}` };
}
