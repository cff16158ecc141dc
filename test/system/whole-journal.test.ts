import { expect, test } from 'vitest';
import { secretsInJournal } from './support/search-journal.ts';
import { notedSecrets } from './support/secrets.ts';
import { machine } from './support/suite.ts';

// The last file of the suite by its name: everything before it has been logged.
test('no password, token, cookie, code or key that the suite used is in the journal', async () => {
  // Of each kind there was one, or nothing was looked for: a session, a token of a program, an XSRF token, a code.
  expect(notedSecrets().length).toBeGreaterThan(20);
  expect(await secretsInJournal(machine)).toBe('');
});

test('no daemon crashed, and no request failed inside', async () => {
  const failures = await machine.journal('TSHUB_EVENT=request-failed');
  // That which pages-user has made on purpose, to see its number.
  expect(failures.filter((one) => !String(one['TSHUB_ERROR']).endsWith('no such table: tokens'))).toEqual([]);
  const failed = await machine.sh("systemctl list-units --failed --plain --no-legend 'tshub*' || true");
  expect(failed).toBe('');
});
