import { schema, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { describe, expect, test } from 'vitest';
import type { AuthStep, LoginAttempt } from './authenticators/authenticator.ts';
import { makeAdmission } from './admission.ts';
import { makeLogin, wrongLogin } from './login.ts';

interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

function setUp(check: (attempt: LoginAttempt) => Promise<AuthStep> | AuthStep, rules: Partial<Settings['login']> = {}) {
  const settings = schema.parse({ login: rules });
  const lines: Line[] = [];
  const write = (fields: Line['fields'], sentence: string): void => void lines.push({ fields, sentence });
  const checked: string[] = [];
  const synced: string[][] = [];
  const clock = { at: 1_000_000, now: () => clock.at };
  const login = makeLogin({
    authenticate: {
      async begin(attempt) {
        checked.push(attempt.user);
        return check(attempt);
      },
    },
    admit: makeAdmission({
      users: {
        byName: async () => undefined,
        ensure: async (name, admin) => ({ id: 1, name, admin, created: 0, lastActivity: null, cookieId: 'c' }),
      },
      records: { noteLogin: async () => undefined },
      syncGroups: async (user, groups) => void synced.push([user.name, ...groups]),
      personOf: async () => undefined,
      settings: () => settings,
    }),
    settings: () => settings,
    clock,
    log: { info: write, warn: write, error: write } as unknown as Log,
    wait: async (ms) => void (clock.at += ms),
    random: () => 0,
  });
  const attempt = (username: string, password = 'x') => login.begin({ username, password, from: '203.0.113.7' });
  return { login, attempt, clock, lines, checked, synced };
}

const denied: AuthStep = { kind: 'refused', reason: 'denied', text: '' };
const ok: AuthStep = { kind: 'ok', user: 'ada', groups: ['students'] };

test('whoever proves to be somebody comes in under the name of the account', async () => {
  const { attempt, lines } = setUp(() => ok);
  expect(await attempt(' ADA ')).toMatchObject({ kind: 'in', user: { name: 'ada', admin: false } });
  expect(lines).toMatchObject([
    { fields: { event: 'login', user: 'ada', from: '203.0.113.7' }, sentence: 'ada logged in from 203.0.113.7' },
  ]);
});

test('an administrator is one by group', async () => {
  const { attempt } = setUp(() => ({ ...ok, groups: ['tshub-admin'] }));
  expect(await attempt('ada')).toMatchObject({ kind: 'in', user: { admin: true } });
});

test('a wrong password, an unknown user and an impossible name are refused alike, at the same time', async () => {
  const answers: unknown[] = [];
  for (const name of ['ada', 'nobody-here', '../../etc', '-x', 'a\nb']) {
    const { attempt, clock } = setUp(() => denied);
    const before = clock.at;
    answers.push([await attempt(name), clock.at - before]);
  }
  const error: unknown = expect.objectContaining({ code: 'login_refused', message: wrongLogin });
  expect(answers).toEqual(Array(5).fill([{ kind: 'refused', status: 403, text: wrongLogin, error }, 3000]));
});

test('a name that no account can have is not sent to be checked', async () => {
  const { attempt, checked } = setUp(() => ok);
  for (const name of ['', '../ada', '-rf', 'a\0', 'x'.repeat(65)]) await attempt(name);
  await attempt('ada', 'pass\0word');
  expect(checked).toEqual([]);
});

test('what is wrong with an account is told, as the check has told it', async () => {
  const { attempt, lines } = setUp(() => ({
    kind: 'refused',
    reason: 'account-expired',
    text: 'Your account has expired.',
  }));
  expect(await attempt('ada')).toMatchObject({ kind: 'refused', status: 403, text: 'Your account has expired.' });
  expect(lines[0]).toMatchObject({ fields: { event: 'login-refused', reason: 'account-expired', user: 'ada' } });
});

test('whom the settings do not let in is told so, after the password', async () => {
  const { attempt, lines } = setUp(() => ok, { allow_all: false, allowed_users: ['bob'] });
  expect(await attempt('ada')).toMatchObject({
    kind: 'refused',
    status: 403,
    text: expect.stringContaining('not allowed'),
  });
  expect(lines[0]).toMatchObject({ fields: { event: 'login-refused', reason: 'not-allowed', user: 'ada' } });
});

test('after five failures the right password must wait too', async () => {
  let right = false;
  const { attempt, checked, clock } = setUp(() => (right ? ok : denied));
  for (let i = 0; i < 5; i++) await attempt('ada');
  right = true;
  expect(await attempt('ada')).toMatchObject({
    kind: 'refused',
    status: 429,
    retrySeconds: 1,
    text: expect.stringContaining('wait 1 seconds'),
  });
  expect(checked).toHaveLength(5);
  clock.at += 1000;
  expect(await attempt('ada')).toMatchObject({ kind: 'in' });
});

test('more logins at once than the settings allow are put off, and count for nothing', async () => {
  const waiting: Array<(step: AuthStep) => void> = [];
  const { attempt } = setUp(() => new Promise((resolve) => waiting.push(resolve)), { concurrent_limit: 2 });
  const running = [attempt('ada'), attempt('bob')];
  expect(await attempt('carol')).toMatchObject({ kind: 'refused', status: 503 });
  for (const resolve of waiting) resolve(ok);
  expect(await Promise.all(running)).toMatchObject([{ kind: 'in' }, { kind: 'in' }]);
});

test('a check that cannot be made is an apology to the user and an error in the log', async () => {
  const { attempt, lines } = setUp(() => {
    throw new TshubError('daemon_away', { unit: 'tshub-authd.socket' });
  });
  for (let i = 0; i < 10; i++)
    expect(await attempt('ada')).toMatchObject({
      kind: 'refused',
      status: 503,
      text: expect.stringContaining('cannot be checked'),
    });
  expect(lines[0]).toMatchObject({ fields: { event: 'login-refused', reason: 'not-checked' } });
  expect(JSON.stringify(lines[0])).toContain('tshub-authd.socket does not answer; see: systemctl status');
});

test('a check that asks more is answered in order, and ends as it ends', async () => {
  const answers: Array<ReadonlyArray<string | null>> = [];
  const { attempt, login } = setUp(() => ({
    kind: 'ask',
    messages: [
      { style: 'info', text: 'Hello' },
      { style: 'secret', text: 'Code: ' },
      { style: 'prompt', text: 'Colour: ' },
    ],
    async answer(values) {
      answers.push(values);
      return ok;
    },
    cancel: () => undefined,
  }));
  const asked = await attempt('ada');
  if (asked.kind !== 'ask') throw new Error('expected a question');
  expect(asked.messages).toHaveLength(3);
  expect(await login.answer(asked.id, ['123456', 'blue'])).toMatchObject({ kind: 'in' });
  expect(answers).toEqual([[null, '123456', 'blue']]);
  expect(await login.answer(asked.id, ['123456', 'blue'])).toMatchObject({ kind: 'refused', status: 403 });
});

test('a wrong code counts like a wrong password', async () => {
  const { attempt, login } = setUp(() => ({
    kind: 'ask',
    messages: [{ style: 'secret', text: 'Code: ' }],
    answer: async () => denied,
    cancel: () => undefined,
  }));
  for (let i = 0; i < 5; i++) {
    const asked = await attempt('ada');
    if (asked.kind !== 'ask') throw new Error('expected a question');
    expect(await login.answer(asked.id, ['000000'])).toMatchObject({ kind: 'refused', text: wrongLogin });
  }
  expect(await attempt('ada')).toMatchObject({ kind: 'refused', status: 429 });
});

test('open questions are given up when the hub stops', async () => {
  let cancelled = 0;
  const { attempt, login } = setUp(() => ({
    kind: 'ask',
    messages: [{ style: 'secret', text: 'Code: ' }],
    answer: async () => ok,
    cancel: () => void cancelled++,
  }));
  await attempt('ada');
  login.stop();
  expect(cancelled).toBe(1);
});

test('neither a password nor the whole of a very long name is in the log', async () => {
  const { attempt, lines } = setUp(() => denied);
  await attempt('n'.repeat(5000), 'hunter2-secret');
  const text = JSON.stringify(lines);
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('n'.repeat(40));
});

test('groups are brought into line with what the authenticator tells, if the settings say so', async () => {
  const [off, on] = [setUp(() => ok), setUp(() => ok, { manage_groups: true })];
  for (const { attempt } of [off, on]) await attempt('ada');
  expect([off.synced, on.synced]).toEqual([[], [['ada', 'students']]]);
});

test('a name that does not fit the pattern, and one that the map makes impossible, are refused like any other', async () => {
  const { attempt, lines } = setUp(() => ok, { username_pattern: '[b-z]+' });
  expect(await attempt('ada')).toMatchObject({ kind: 'refused', status: 403 });
  const mapped = setUp(() => ok, { username_map: { ada: '../etc' } });
  expect(await mapped.attempt('ada')).toMatchObject({ kind: 'refused', status: 403 });
  expect([lines[0], mapped.lines[0]]).toMatchObject([{ fields: { reason: 'name' } }, { fields: { reason: 'name' } }]);
});

describe('a login for a single request', () => {
  const fields = { username: 'ada', password: 'x', from: '203.0.113.7' };

  test('is the user, or throws as the page would say', async () => {
    expect(await setUp(() => ok).login.authenticateOnce(fields)).toMatchObject({ name: 'ada' });
    await expect(setUp(() => denied).login.authenticateOnce(fields)).rejects.toMatchObject({
      code: 'login_refused',
      message: wrongLogin,
    });
  });

  test('is throttled like every other', async () => {
    const { login } = setUp(() => denied);
    const tries = [];
    for (let i = 0; i < 6; i++)
      tries.push(await login.authenticateOnce(fields).catch((error: TshubError) => error.code));
    expect(tries).toEqual([...Array(5).fill('login_refused'), 'login_throttled']);
  });

  test('gives up what it cannot ask', async () => {
    let cancelled = 0;
    const { login } = setUp(() => ({
      kind: 'ask',
      messages: [{ style: 'secret', text: 'Code: ' }],
      answer: async () => ok,
      cancel: () => void cancelled++,
    }));
    await expect(login.authenticateOnce(fields)).rejects.toMatchObject({ code: 'login_refused' });
    expect(cancelled).toBe(1);
  });
});
