import { Duplex } from 'node:stream';
import type { AuthMessage, AuthReply } from '@tshub/contract';
import { expect, test } from 'vitest';
import { makePamAuthenticate } from './pam.ts';

/** Plays authd: says its lines one after the other, each after one line of the hub, and closes after the last. */
function authd(...replies: ReadonlyArray<AuthReply | string>) {
  const heard: unknown[] = [];
  const left = [...replies];
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      heard.push(JSON.parse(chunk.toString()));
      const reply = left.shift();
      setImmediate(() => {
        if (reply === undefined) stream.push(null);
        else stream.push(typeof reply === 'string' ? reply : `${JSON.stringify(reply)}\n`);
      });
      done();
    },
  });
  const authenticate = makePamAuthenticate({ connectAuthd: async () => stream });
  return { heard, stream, begin: () => authenticate.begin({ user: 'ada', password: 'pä"ss', from: '203.0.113.7' }) };
}

function ask(style: AuthMessage['style'], text: string): AuthReply {
  return { type: 'ask', messages: [{ style, text }] };
}

const password = ask('secret', 'Password: ');
const code = ask('secret', 'Verification code: ');
const good = { type: 'result', ok: true, user: 'ada', uid: 1000, groups: ['ada', 'students'] } satisfies AuthReply;

test('the password answers the question for it', async () => {
  const { heard, begin } = authd(password, good);
  expect(await begin()).toEqual({ kind: 'ok', user: 'ada', groups: ['ada', 'students'], isAccount: true });
  expect(heard).toEqual([
    { type: 'login', user: 'ada', rhost: '203.0.113.7' },
    { type: 'answers', values: ['pä"ss'] },
  ]);
});

test('a wrong password has no text of its own', async () => {
  const { begin } = authd(password, { type: 'result', ok: false, reason: 'denied', text: 'Authentication failure' });
  expect(await begin()).toEqual({ kind: 'refused', reason: 'denied', text: '' });
});

const expired: AuthReply = {
  type: 'result',
  ok: false,
  reason: 'account-expired',
  text: 'Your account has expired.',
};

test('what is wrong with the account is told', async () => {
  const { begin } = authd(password, ask('info', 'Welcome.'), expired);
  expect(await begin()).toEqual({ kind: 'refused', reason: 'account-expired', text: 'Your account has expired.' });
});

test('what is wrong with the account is told in the words of the stack, if it has any', async () => {
  const { begin } = authd(password, ask('error', 'Expired. Ask room 12.\n'), expired);
  expect(await begin()).toMatchObject({ kind: 'refused', text: 'Expired. Ask room 12.' });
});

test('the password is not asked for again before an expired one is changed, and is never the new one', async () => {
  const { heard, begin } = authd(password, ask('secret', 'Current password: '), ask('secret', 'New password: '), good);
  const step = await begin();
  if (step.kind !== 'ask') throw new Error('expected a question');
  expect(step.messages.map(({ text }) => text)).toEqual(['New password: ']);
  expect(heard.slice(1)).toEqual([
    { type: 'answers', values: ['pä"ss'] },
    { type: 'answers', values: ['pä"ss'] },
  ]);
});

test('a stack that asks for the password once more asks the person', async () => {
  const { begin } = authd(password, password, good);
  expect(await begin()).toMatchObject({ kind: 'ask', messages: [{ text: 'Password: ' }] });
});

test('a one-time code after the password is asked of the person', async () => {
  const { heard, begin } = authd(password, code, good);
  const step = await begin();
  if (step.kind !== 'ask') throw new Error('expected a question');
  expect(step.messages).toEqual([{ style: 'secret', text: 'Verification code: ' }]);
  expect(await step.answer(['123456'])).toMatchObject({ kind: 'ok' });
  expect(heard.at(-1)).toEqual({ type: 'answers', values: ['123456'] });
});

test('a stack that asks for the code first does not get the password for it', async () => {
  const { heard, begin } = authd(code, password, good);
  const step = await begin();
  if (step.kind !== 'ask') throw new Error('expected a question');
  expect(await step.answer(['123456'])).toMatchObject({ kind: 'ok' });
  expect(heard.slice(1)).toEqual([
    { type: 'answers', values: ['123456'] },
    { type: 'answers', values: ['pä"ss'] },
  ]);
});

test('messages that ask nothing are answered at once and shown with the next question', async () => {
  const info = ask('info', 'Your password has expired.');
  const fresh = ask('secret', 'New password: ');
  const { heard, begin } = authd(password, info, fresh, good);
  const step = await begin();
  if (step.kind !== 'ask') throw new Error('expected a question');
  expect(step.messages.map(({ text }) => text)).toEqual(['Your password has expired.', 'New password: ']);
  await step.answer([null, 'new one']);
  expect(heard.slice(2)).toEqual([
    { type: 'answers', values: [null] },
    { type: 'answers', values: ['new one'] },
  ]);
});

test.each([
  ['closes without a result', []],
  ['says what is no JSON', ['what?\n']],
  ['says what is not in the protocol', ['{"type":"welcome"}\n']],
  ['says a line that never ends', ['x'.repeat(70_000)]],
])('an authd that %s is one that is away', async (_, replies) => {
  await expect(authd(...replies).begin()).rejects.toMatchObject({ code: 'daemon_away' });
});

test('an authd that cannot be reached is away, and the reason is kept', async () => {
  const refused = new Error('connect ECONNREFUSED');
  const authenticate = makePamAuthenticate({ connectAuthd: () => Promise.reject(refused) });
  await expect(authenticate.begin({ user: 'ada', password: 'x', from: '' })).rejects.toMatchObject({
    code: 'daemon_away',
    cause: refused,
  });
});

test('the connection is closed when all is said', async () => {
  const { begin, stream } = authd(password, good);
  await begin();
  expect(stream.destroyed).toBe(true);
});

test('a question that is given up closes the connection', async () => {
  const { begin, stream } = authd(password, code);
  const step = await begin();
  if (step.kind !== 'ask') throw new Error('expected a question');
  step.cancel();
  expect(stream.destroyed).toBe(true);
});
