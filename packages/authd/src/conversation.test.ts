import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import type { AuthResult } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ConversationParts, converse, send } from './conversation.ts';

const good: AuthResult = { type: 'result', ok: true, user: 'ada', uid: 1000, groups: ['ada'] };
const login = { type: 'login', user: 'ada', rhost: '203.0.113.7' };
const secret = { style: 'secret', text: 'Password: ' } as const;
const limits = { lineBytes: 100, firstLineMs: 1000, dialogueMs: 5000 };

// authd's end of a connection, with the hub's end in hand.
function connection(decide: ConversationParts['decide']) {
  const toAuthd = new PassThrough();
  const toHub = new PassThrough();
  const stream = Duplex.from({ readable: toAuthd, writable: toHub });
  const ending = converse({ stream, decide, limits }).catch((error: unknown) => error);
  return {
    ending,
    hub: {
      raw: (bytes: string | Buffer) => toAuthd.write(bytes),
      says: (message: unknown) => toAuthd.write(`${JSON.stringify(message)}\n`),
      hears: async () => JSON.parse(String(((await once(toHub, 'data')) as [Buffer])[0])) as unknown,
      leaves: () => toAuthd.end(),
    },
  };
}

describe('a login', () => {
  test('is decided by what the hub asks for', async () => {
    const decide = vi.fn<ConversationParts['decide']>(async () => good);
    const { hub, ending } = connection(decide);
    hub.says(login);
    expect(await ending).toEqual(good);
    expect(decide).toHaveBeenCalledWith(login, expect.any(Function));
  });

  test('asks all questions of a round in one line and gets the answers in order', async () => {
    const questions = [secret, { style: 'prompt', text: 'Code: ' }, { style: 'info', text: 'Hello' }] as const;
    let answers: unknown;
    const { hub, ending } = connection(async (_, ask) => {
      answers = await ask(questions);
      return good;
    });
    hub.says(login);
    expect(await hub.hears()).toEqual({ type: 'ask', messages: questions });
    hub.says({ type: 'answers', values: ['pä ss', '123456', null] });
    expect(await ending).toEqual(good);
    expect(answers).toEqual(['pä ss', '123456', null]);
  });

  test('may take several rounds', async () => {
    const { hub, ending } = connection(async (_, ask) => {
      await ask([secret]);
      await ask([secret]);
      return good;
    });
    hub.says(login);
    for (const value of ['old', 'new']) {
      await hub.hears();
      hub.says({ type: 'answers', values: [value] });
    }
    expect(await ending).toEqual(good);
  });

  test('may come in pieces, even within a character', async () => {
    const bytes = Buffer.from(`${JSON.stringify({ ...login, user: 'jürgen' })}\n`);
    const decide = vi.fn<ConversationParts['decide']>(async () => good);
    const { hub, ending } = connection(decide);
    for (const byte of bytes) hub.raw(Buffer.from([byte]));
    await ending;
    expect(decide).toHaveBeenCalledWith({ ...login, user: 'jürgen' }, expect.any(Function));
  });

  test('fails with what the decision failed with', async () => {
    const { hub, ending } = connection(() => Promise.reject(new Error('no libpam')));
    hub.says(login);
    expect(await ending).toMatchObject({ message: 'no libpam' });
  });
});

const asks: ConversationParts['decide'] = async (_, ask) => {
  await ask([secret]);
  return good;
};

describe('the hub breaks the protocol', () => {
  test.each([
    ['no JSON', 'login ada\n'],
    ['another type', '{"type":"answers","values":[]}\n'],
    ['a field that is not in the protocol', '{"type":"login","user":"ada","service":"su"}\n'],
    ['no user', '{"type":"login","user":""}\n'],
    ['a user with NUL', '{"type":"login","user":"root\\u0000x"}\n'],
    ['a line that is too long', `${'x'.repeat(101)}\n`],
    ['a line that never ends', 'x'.repeat(101)],
    ['two lines at once', '{"type":"login","user":"a"}\n{"type":"answers","values":["x"]}\n'],
  ])('with %s, and nothing is decided', async (_, bytes) => {
    const decide = vi.fn(asks);
    const { hub, ending } = connection(decide);
    hub.raw(bytes);
    expect(await ending).toMatchObject({ code: 'bad_request' });
    expect(decide).not.toHaveBeenCalled();
  });

  test('a line of exactly the limit is taken', async () => {
    const line = JSON.stringify({ type: 'login', user: 'a'.repeat(100 - '{"type":"login","user":""}'.length) });
    const { hub, ending } = connection(async () => good);
    hub.raw(`${line}\n`);
    expect(line).toHaveLength(100);
    expect(await ending).toEqual(good);
  });

  test.each([
    { type: 'answers', values: [] },
    { type: 'answers', values: ['a', 'b'] },
    { type: 'answers', values: [1] },
    { type: 'answers', values: ['a\0b'] },
    { type: 'login', user: 'root' },
  ])('with %j for an answer, and none of it is repeated', async (answers) => {
    const { hub, ending } = connection(asks);
    hub.says(login);
    await hub.hears();
    hub.says(answers);
    expect(await ending).toMatchObject({ code: 'bad_request', message: expect.not.stringContaining('root') });
  });

  test('with a line while nothing was asked, and the result is not given', async () => {
    let finish: ((result: AuthResult) => void) | undefined;
    const { hub, ending } = connection(() => new Promise((resolve) => (finish = resolve)));
    hub.says(login);
    await vi.waitFor(() => expect(finish).toBeDefined(), { timeout: 10_000 });
    hub.says({ type: 'answers', values: ['x'] });
    await new Promise((resolve) => setImmediate(resolve));
    finish?.(good);
    expect(await ending).toMatchObject({ code: 'bad_request' });
  });
});

describe('nobody is there any more', () => {
  test('a connection closed before the login ends it', async () => {
    const { hub, ending } = connection(async () => good);
    hub.leaves();
    expect(await ending).toMatchObject({ code: 'daemon_away' });
  });

  test('a connection closed at a question tells the decision so', async () => {
    const { hub, ending } = connection(asks);
    hub.says(login);
    await hub.hears();
    hub.leaves();
    expect(await ending).toMatchObject({ code: 'daemon_away' });
  });

  test('a connection closed after the answers does not cut the decision short', async () => {
    const order: string[] = [];
    const { hub, ending } = connection(async (_, ask) => {
      await ask([secret]);
      hub.leaves();
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push('decided');
      return good;
    });
    hub.says(login);
    await hub.hears();
    hub.says({ type: 'answers', values: ['x'] });
    await ending.then(() => order.push('ended'));
    expect(order).toEqual(['decided', 'ended']);
    expect(await ending).toMatchObject({ code: 'daemon_away' });
  });

  describe('in time', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test('a first line that does not come ends the wait', async () => {
      const { ending } = connection(async () => good);
      await vi.advanceTimersByTimeAsync(1000);
      expect(await ending).toMatchObject({ message: 'the hub sent nothing for 1 s' });
    });

    test('a dialogue that goes on too long is ended', async () => {
      const { hub, ending } = connection(() => new Promise(() => {}));
      hub.says(login);
      await vi.advanceTimersByTimeAsync(5000);
      expect(await ending).toMatchObject({ message: 'it took longer than 5 s' });
    });
  });
});

test('a line is sent with its line feed', async () => {
  const stream = new PassThrough();
  send(stream, good);
  expect(String(stream.read())).toBe(`${JSON.stringify(good)}\n`);
});
