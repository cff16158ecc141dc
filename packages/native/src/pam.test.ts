import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PamConverse, pamLogin } from './pam.ts';

let folder: string;
let services = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-pam-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const silent: PamConverse = async (messages) => messages.map(() => null);

// A login for `ada` through a stack made of these lines.
function login(lines: string, converse: PamConverse = silent, rest: { rhost?: string; tty?: string } = {}) {
  const service = `service-${(services += 1)}`;
  writeFileSync(join(folder, service), `${lines}\n`);
  return pamLogin({ service, user: 'ada', confdir: folder, ...rest }, converse);
}

// A stack line that runs a shell script with the password on its standard input.
function script(body: string, options = ''): string {
  const file = join(folder, `script-${(services += 1)}`);
  writeFileSync(file, body);
  return `auth required pam_exec.so quiet ${options} /bin/sh ${file}`;
}

const permit = 'account required pam_permit.so\npassword required pam_permit.so';

describe('the outcome', () => {
  test('a stack that permits lets the user in by name', async () => {
    expect(await login(`auth required pam_permit.so\n${permit}`)).toEqual({
      ok: true,
      user: 'ada',
    });
  });

  test('a stack that denies refuses at its first step', async () => {
    expect(await login(`auth required pam_deny.so\n${permit}`)).toMatchObject({
      ok: false,
      step: 'authenticate',
      reason: 'denied',
    });
  });

  test('the account check runs even after a good password', async () => {
    expect(await login('auth required pam_permit.so\naccount required pam_deny.so')).toMatchObject({
      ok: false,
      step: 'account',
      reason: 'not-permitted',
    });
  });

  test.each([
    ['auth', 'user_unknown', 'denied'],
    ['auth', 'maxtries', 'too-many-tries'],
    ['auth', 'perm_denied', 'not-permitted'],
    ['auth', 'authinfo_unavail', 'system-error'],
    ['acct', 'acct_expired', 'account-expired'],
    ['acct', 'maxtries', 'account-locked'],
    ['acct', 'authtok_expired', 'password-expired'],
    ['acct', 'new_authtok_reqd', 'password-expired'],
    ['acct', 'perm_denied', 'not-permitted'],
    ['acct', 'service_err', 'system-error'],
  ])('%s=%s means %s', async (step, code, reason) => {
    const lines = `auth required pam_debug.so ${step}=${code}\naccount required pam_debug.so ${step}=${code}\n`;
    expect(await login(`${lines}password required pam_permit.so`)).toMatchObject({
      ok: false,
      reason,
    });
  });

  test('an expired password that cannot be changed refuses at the step of its change', async () => {
    const lines = 'auth required pam_permit.so\naccount required pam_debug.so acct=new_authtok_reqd\n';
    expect(await login(`${lines}password required pam_deny.so`)).toMatchObject({
      ok: false,
      step: 'password',
      reason: 'password-expired',
    });
  });

  test('a service that has no file refuses', async () => {
    expect(await pamLogin({ service: 'absent', user: 'ada', confdir: folder }, silent)).toMatchObject({ ok: false });
  });
});

describe('the conversation', () => {
  const password = 'pässwörd '.repeat(40);
  const asksForPassword = () => `${script(`[ "$(cat)" = "${password}" ]`, 'expose_authtok')}\n${permit}`;

  test('a question reaches the caller, and a long answer arrives whole', async () => {
    const asked: unknown[] = [];
    const outcome = await login(asksForPassword(), async (messages) => {
      asked.push(...messages);
      return [password];
    });
    expect(asked).toEqual([{ style: 'secret', text: 'Password: ' }]);
    expect(outcome).toEqual({ ok: true, user: 'ada' });
  });

  test('an answer is compared to its last character', async () => {
    expect(await login(asksForPassword(), async () => [`${password}x`])).toMatchObject({
      ok: false,
    });
  });

  test('what a module shows reaches the caller in order and wants no answer', async () => {
    const shown: unknown[] = [];
    const outcome = await login(`${script('echo one; echo two', 'stdout')}\n${permit}`, async (messages) => {
      shown.push(...messages);
      return messages.map(() => null);
    });
    expect(shown).toEqual([
      { style: 'info', text: 'one' },
      { style: 'info', text: 'two' },
    ]);
    expect(outcome.ok).toBe(true);
  });

  test('no answer to a question ends the login as aborted', async () => {
    expect(await login(asksForPassword(), silent)).toMatchObject({ ok: false, reason: 'aborted' });
  });

  test('an error of the caller ends the login and comes back to it', async () => {
    const error = new Error('the browser has gone');
    await expect(login(asksForPassword(), () => Promise.reject(error))).rejects.toBe(error);
  });

  test('an answer with NUL is refused, not cut', async () => {
    await expect(login(asksForPassword(), async () => [`${password}\0`])).rejects.toThrow('NUL');
  });

  test.each([[[]], [['a', 'b']]])('answers that do not match the questions, %j, are refused', async (answers) => {
    await expect(login(asksForPassword(), async () => answers)).rejects.toThrow('one answer for each message');
  });

  test('modules see where the user comes from', async () => {
    const stack = `${script('[ "$PAM_RHOST" = 203.0.113.7 ] && [ "$PAM_TTY" = tshub ]')}\n${permit}`;
    expect(await login(stack, silent, { rhost: '203.0.113.7', tty: 'tshub' })).toMatchObject({
      ok: true,
    });
    expect(await login(stack, silent, { rhost: '203.0.113.8', tty: 'tshub' })).toMatchObject({
      ok: false,
    });
  });

  test('logins side by side do not mix', async () => {
    const outcomes = await Promise.all(
      [password, 'wrong', password].map((answer) => login(asksForPassword(), async () => [answer])),
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  test('a user name with NUL is refused', async () => {
    await expect(pamLogin({ service: 'x', user: 'root\0', confdir: folder }, silent)).rejects.toThrow('NUL');
  });
});
