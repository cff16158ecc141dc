import type { Machine } from './machine.ts';
import { notedSecrets } from './secrets.ts';

/** Keys that daemons made for themselves, and secrets of the settings; certificates are no secret. */
const keyFiles =
  'find /var/lib/tshub/cookie-key /var/lib/tshub-proxy /etc/tshub/secrets /etc/tshub/services -type f ! -perm /o+r';
/** One line is not ours: JupyterHub and its servers write the id of the browser's session, which lets nobody in by itself, into their logs. */
const ofThePeer = "^MESSAGE=\\[I [^]]*\\] Setting new xsrf cookie for b'";

/** Beginnings of what is secret and in the journal of a machine all the same, with how often; '' if nothing is. Whole it would be in the log of the test. */
export async function secretsInJournal(machine: Machine): Promise<string> {
  const keys = await machine.sh(`${keyFiles} -exec cat {} + | grep -a -v -e ----- || true`);
  const secrets = [...new Set([...notedSecrets(), ...keys.split('\n').filter((line) => line.length >= 16)])];
  await machine.write('/root/secrets', `${secrets.join('\n')}\n`, '0600');
  const found = await machine.sh(
    `journalctl -o export --no-pager | grep -a -v "${ofThePeer}" | grep -a -o -F -f /root/secrets | cut -c -6 | sort | uniq -c || true`,
  );
  await machine.sh('rm /root/secrets');
  return found;
}
