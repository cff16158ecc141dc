import { expect, test } from 'vitest';
import { notedSecrets } from './support/secrets.ts';
import { machine } from './support/suite.ts';

// The last file of the suite by its name: everything before it has been logged.
test('no password, token or cookie that the suite used is in the journal', async () => {
  const secrets = notedSecrets();
  expect(secrets.length).toBeGreaterThan(10);
  await machine.write('/root/secrets', `${secrets.join('\n')}\n`, '0600');
  const found = await machine.sh('journalctl -o export --no-pager | grep -a -c -F -f /root/secrets || true');
  await machine.sh('rm /root/secrets');
  expect(found).toBe('0');
});

test('no daemon crashed, and no request failed inside', async () => {
  const failures = await machine.journal('TSHUB_EVENT=request-failed');
  // That which pages-user has made on purpose, to see its number.
  expect(failures.filter((one) => !String(one['TSHUB_ERROR']).endsWith('no such table: tokens'))).toEqual([]);
  const failed = await machine.sh("systemctl list-units --failed --plain --no-legend 'tshub*' || true");
  expect(failed).toBe('');
});
