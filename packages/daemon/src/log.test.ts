import { fstatSync } from 'node:fs';
import { TshubError, events } from '@tshub/contract';
import type { JournalField } from '@tshub/native';
import { describe, expect, test } from 'vitest';
import { isUnderJournal, makeLog } from './log.ts';

// A log whose records arrive as journal fields, or on standard output when the journal is away.
function journalLog({ isAway = false } = {}) {
  const entries: Array<Record<string, unknown>> = [];
  const lines: string[] = [];
  const send = (fields: readonly JournalField[]) => {
    if (isAway) throw new Error('away');
    entries.push(Object.fromEntries(fields));
  };
  const output = { write: (line: string) => void lines.push(line) };
  return { entries, lines, log: makeLog({ name: 'tshub-test', level: 'trace', journal: true, send, output }) };
}

function failureWith(fields: object): Error {
  return Object.assign(new Error('it failed'), fields);
}

describe('a record in the journal', () => {
  test('is a sentence with fields beside it', () => {
    const { entries, log } = journalLog();
    log.info({ event: 'login', user: 'ada', server: 'lab', remoteAddress: '::1', tries: 2, ok: true }, 'ada logged in');
    expect(entries).toEqual([
      {
        MESSAGE: 'ada logged in',
        MESSAGE_ID: events.login.id,
        PRIORITY: '6',
        SYSLOG_IDENTIFIER: 'tshub-test',
        TSHUB_EVENT: 'login',
        TSHUB_USER: 'ada',
        TSHUB_SERVER: 'lab',
        TSHUB_REMOTE_ADDRESS: '::1',
        TSHUB_TRIES: '2',
        TSHUB_OK: 'true',
      },
    ]);
  });

  test.each([
    ['fatal', '2'],
    ['error', '3'],
    ['warn', '4'],
    ['info', '6'],
    ['debug', '7'],
    ['trace', '7'],
  ] as const)('%s has priority %s', (level, priority) => {
    const { entries, log } = journalLog();
    log[level]('something');
    expect(entries[0]).toMatchObject({ PRIORITY: priority });
  });

  test('of a child has the fields of both, and the closer one wins', () => {
    const { entries, log } = journalLog();
    log.child({ user: 'ada', server: 'lab' }).info({ server: 'other' }, 'x');
    expect(entries[0]).toMatchObject({ TSHUB_USER: 'ada', TSHUB_SERVER: 'other' });
  });

  test('of a bug has its stack and the causes', () => {
    const { entries, log } = journalLog();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    log.error({ error: new Error('no proxy', { cause }) }, 'x');
    expect(entries[0]).toMatchObject({ TSHUB_ERROR: 'no proxy: refused' });
    expect(entries[0]!['TSHUB_STACK']).toMatch(/Error: no proxy\n.*caused by Error: refused\n/s);
  });

  test('of an error of ours has its code, and no stack', () => {
    const { entries, log } = journalLog();
    log.warn({ error: new TshubError('not_found', { what: 'lab' }) }, 'x');
    expect(entries[0]).toMatchObject({ TSHUB_ERROR: 'lab not found', TSHUB_ERROR_CODE: 'not_found' });
    expect(entries[0]).not.toHaveProperty('TSHUB_STACK');
  });

  test('is not lost when the journal is away', () => {
    const { lines, log } = journalLog({ isAway: true });
    log.info({ user: 'ada' }, 'hello');
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: 'hello', user: 'ada', program: 'tshub-test' });
  });

  test.each([null, undefined, 'text', 7, { a: 1 }])('of something odd that was thrown, %j, does no harm', (thrown) => {
    const { entries, log } = journalLog();
    log.error({ error: thrown }, 'x');
    expect(entries).toHaveLength(1);
  });
});

describe('secrets', () => {
  test.each([
    { password: 's3cret' },
    { token: 's3cret' },
    { code: 's3cret' },
    { body: { password: 's3cret' } },
    { request: { headers: { authorization: 's3cret', cookie: 's3cret', 'set-cookie': 's3cret' } } },
    { client: { client_secret: 's3cret' } },
    { env: { JUPYTERHUB_API_TOKEN: 's3cret' } },
    { tokens: [{ token: 's3cret' }] },
    { error: { token: 's3cret' } },
    { a: { b: { c: { d: { token: 's3cret' } } } } },
    { Authorization: 's3cret', accessToken: 's3cret', refresh_token: 's3cret', apiKey: 's3cret' },
    { tokens: ['s3cret'] },
    { what: { toJSON: () => ({ password: 's3cret' }) } },
    { reason: new Error('x', { cause: { token: 's3cret' } }) },
    { error: new Error('x', { cause: { token: 's3cret' } }) },
  ])('%j is not written', (fields) => {
    const journal = journalLog();
    journal.log.info(fields, 'x');
    const away = journalLog({ isAway: true });
    away.log.info(fields, 'x');
    for (const written of [JSON.stringify(journal.entries), away.lines.join('')]) {
      expect(written).not.toContain('s3cret');
      expect(written).toContain('[redacted]');
    }
  });

  test('in what every record of a child has, or of its child, are not written either', () => {
    const { entries, log } = journalLog();
    const child = log.child({ token: 's3cret', user: 'ada', request: { headers: { cookie: 's3cret' } } });
    child.info('x');
    child.child({ body: { password: 's3cret' }, failure: failureWith({ token: 's3cret' }) }).info('x');
    expect(JSON.stringify(entries)).not.toContain('s3cret');
    expect(entries[1]).toMatchObject({
      TSHUB_USER: 'ada',
      TSHUB_TOKEN: '[redacted]',
      TSHUB_REQUEST: '{"headers":{"cookie":"[redacted]"}}',
    });
  });

  test.each(['error', 'err', 'cause', 'reason'])('among the fields of an error are not written: %s', (key) => {
    const { entries, log } = journalLog();
    const failure = failureWith({ token: 's3cret', config: { headers: { authorization: 's3cret' } } });
    log.error({ [key]: failure }, 'x');
    log.error({ [key]: { inner: [failure] } }, 'x');
    expect(JSON.stringify(entries)).not.toContain('s3cret');
    expect(JSON.stringify(entries[0])).toContain('it failed');
  });

  test.each([{ tokens: 3 }, { token: undefined }, { token_id: 7 }, { hasPassword: true }])(
    'are no numbers, flags and other names: %j',
    (fields) => {
      const { entries, log } = journalLog();
      log.info(fields, 'x');
      expect(JSON.stringify(entries)).not.toContain('redacted');
    },
  );

  test('are none of the fields that events promise', () => {
    const promised = Object.values(events).flatMap(({ help }) => help.match(/TSHUB_[A-Z_]+/g) ?? []);
    expect(promised.length).toBeGreaterThan(20);
    const fields = Object.fromEntries(promised.map((field) => [field.replace('TSHUB_', '').toLowerCase(), 'said']));
    const { entries, log } = journalLog();
    log.info(fields, 'x');
    expect(entries[0]).toMatchObject(Object.fromEntries(promised.map((field) => [field, 'said'])));
  });

  test('a circle is cut and does no harm', () => {
    const { entries, log } = journalLog();
    const circle: Record<string, unknown> = { password: 's3cret' };
    circle['again'] = circle;
    log.info({ circle }, 'x');
    expect(entries[0]!['TSHUB_CIRCLE']).toMatch(/^\{"password":"\[redacted\]","again":.*\[deeper\]/);
  });

  test('are replaced in a copy: whoever logs keeps what they have', () => {
    const fields = { body: { password: 's3cret', name: 'ada' } };
    journalLog().log.info(fields, 'x');
    expect(fields.body.password).toBe('s3cret');
  });

  test("an error's code is no secret", () => {
    const { entries, log } = journalLog();
    log.error({ error: Object.assign(new Error('x'), { code: 'ENOENT' }) }, 'x');
    expect(entries[0]).toMatchObject({ TSHUB_ERROR_CODE: 'ENOENT' });
  });
});

describe('where records go', () => {
  test('the journal only when standard error is the stream that systemd made', () => {
    const { dev, ino } = fstatSync(2);
    expect(isUnderJournal({ JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true);
    expect(isUnderJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false);
    expect(isUnderJournal({ JOURNAL_STREAM: 'x' })).toBe(false);
    expect(isUnderJournal({})).toBe(false);
    expect(isUnderJournal({ JOURNAL_STREAM: '1:2' }, 9999)).toBe(false);
  });

  test('a level can be changed while running', () => {
    const { entries, log } = journalLog();
    log.level = 'warn';
    log.info('quiet');
    log.warn('loud');
    expect(entries.map(({ MESSAGE }) => MESSAGE)).toEqual(['loud']);
  });
});
