import { expect, test } from 'vitest';
import { notedSecrets } from './support/secrets.ts';
import { machine } from './support/suite.ts';

// The last file of the suite by its name: everything before it has been logged.
test('no password, token, cookie, code or key that the suite used is in the journal', async () => {
  // Keys that daemons made for themselves, and secrets of the settings; certificates are no secret.
  const keys = await machine.sh(
    `find /var/lib/tshub/cookie-key /var/lib/tshub-proxy /etc/tshub/secrets /etc/tshub/services -type f ! -perm /o+r -exec cat {} + | grep -a -v -e ----- || true`,
  );
  const secrets = [...new Set([...notedSecrets(), ...keys.split('\n').filter((line) => line.length >= 16)])];
  // Of each kind there was one, or nothing was looked for: a session, a token of a program, an XSRF token, a code.
  expect(secrets.length).toBeGreaterThan(50);
  await machine.write('/root/secrets', `${secrets.join('\n')}\n`, '0600');
  // What was found is told by its beginning alone: this goes into logs of tests.
  // One line is not ours: JupyterHub and its servers write the id of the browser's session, which lets nobody in by itself, into their logs.
  const found = await machine.sh(
    `journalctl -o export --no-pager | grep -a -v "^MESSAGE=\\[I [^]]*\\] Setting new xsrf cookie for b'" | grep -a -o -F -f /root/secrets | cut -c -6 | sort | uniq -c || true`,
  );
  await machine.sh('rm /root/secrets');
  expect(found).toBe('');
});

test('no daemon crashed, and no request failed inside', async () => {
  const failures = await machine.journal('TSHUB_EVENT=request-failed');
  // That which pages-user has made on purpose, to see its number.
  expect(failures.filter((one) => !String(one['TSHUB_ERROR']).endsWith('no such table: tokens'))).toEqual([]);
  const failed = await machine.sh("systemctl list-units --failed --plain --no-legend 'tshub*' || true");
  expect(failed).toBe('');
});
