import { Socket } from 'node:net';
import { makeLog } from '@tshub/daemon';
import { afterEach, expect, test, vi } from 'vitest';
import type { Routes } from '../routes.ts';
import { Crew } from './crew.ts';
import type { FromThread, ThreadSettings, ToThread } from './messages.ts';
import type { Thread } from './thread.ts';

/** A thread that does as the test says. */
class ThreadByHand implements Thread {
  readonly heard: ToThread[] = [];
  hasEnded = false;
  say: (message: FromThread) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  tell(message: ToThread): void {
    this.heard.push(message);
  }
  onMessage(hear: (message: FromThread) => void): void {
    this.say = hear;
  }
  onFailure(hear: (error: Error) => void): void {
    this.fail = hear;
  }
  busy(): number {
    return 1;
  }
  end(): void {
    this.hasEnded = true;
  }

  /** What it was asked, in order. */
  get questions() {
    return this.heard.flatMap((message) => (message.kind === 'question' ? [message] : []));
  }
  answer(kind: string): void {
    for (const { id, question } of this.questions) if (question.kind === kind) this.say({ kind: 'answer', id });
  }
}

afterEach(() => void vi.useRealTimers());

function crewOf(start: (started: ThreadByHand[]) => Thread) {
  const started: ThreadByHand[] = [];
  const failures: Error[] = [];
  const said: string[] = [];
  const output = { write: (line: string) => void said.push(String((JSON.parse(line) as { msg: string }).msg)) };
  const crew = new Crew({
    most: () => 3,
    start: () => start(started),
    beginning: () => ({ settings: {} as ThreadSettings, hubUid: 0, hasFront: false, hostNames: [], ticketKeys: null }),
    busyHere: () => 1,
    lookMs: 0,
    onFailure: (error) => failures.push(error),
    routes: { list: () => [] } as unknown as Routes,
    counters: {} as never,
    counts: {} as never,
    log: makeLog({ name: 'test', output }),
    onSize: () => undefined,
    onConnections: () => undefined,
  });
  // The first thread keeps it, and looks who is busy.
  const connect = () => crew.take(new Socket());
  return { crew, started, failures, said, connect };
}

function startInto(started: ThreadByHand[]): Thread {
  const thread = new ThreadByHand();
  started.push(thread);
  return thread;
}

const fresh = { logging: { level: 'warn' } } as ThreadSettings;

test.each(['before', 'while'])('a thread that begins %s new settings are read goes by them, too', async (when) => {
  const { crew, started, connect } = crewOf(startInto);
  if (when === 'before') connect();
  await crew.prepareReload(fresh);
  if (when === 'while') connect();
  await crew.applyReload(null);
  expect(started.map(({ heard }) => heard[0]?.kind)).toEqual(['begin']);
  expect(started[0]?.questions.map(({ question }) => question)).toEqual([
    { kind: 'prepare-reload', settings: fresh },
    { kind: 'apply-reload' },
  ]);
});

test('a thread that begins after new settings are in use has no others', async () => {
  const { crew, started, connect } = crewOf(startInto);
  await crew.prepareReload(fresh);
  await crew.applyReload(null);
  connect();
  expect(started[0]?.questions).toEqual([]);
});

test('a thread that cannot begin is done without, and not tried again at once', async () => {
  const { crew, started, failures, said, connect } = crewOf(startInto);
  connect();
  started[0]?.fail(new Error('the certificate cannot be read'));
  started[0]?.fail(new Error('a thread has ended by itself'));
  connect();
  expect(started).toHaveLength(1);
  expect(said).toEqual(['a further thread cannot begin; going on with those that serve']);
  await crew.collect();
  await crew.close({});
  expect(failures).toEqual([]);
});

test('nor is one that the kernel does not give', () => {
  const { failures, said, connect } = crewOf(() => {
    throw new Error('EAGAIN');
  });
  expect(connect()).toBe(false);
  expect(said).toHaveLength(1);
  expect(failures).toEqual([]);
});

test('a thread that fails once it serves is the failure of all', async () => {
  const { crew, started, failures, connect } = crewOf(startInto);
  connect();
  started[0]?.say({ kind: 'ready' });
  const asked = crew.collect();
  started[0]?.fail(new Error('as asked'));
  await expect(asked).rejects.toMatchObject({ code: 'config_invalid' });
  expect(failures.map(({ message }) => message)).toEqual(['as asked']);
});

test('who asks a thread while it ends is not left waiting', async () => {
  const { crew, started, failures, connect } = crewOf(startInto);
  connect();
  started[0]?.say({ kind: 'ready' });
  const closed = crew.close({});
  const asked = crew.collect();
  started[0]?.answer('close');
  await Promise.all([closed, asked]);
  expect(started[0]?.hasEnded).toBe(true);
  expect(failures).toEqual([]);
});

test('a thread that answers no more is found out, whether or not anybody else asks it something', async () => {
  vi.useFakeTimers();
  const { started, failures, connect } = crewOf(startInto);
  connect();
  started[0]?.say({ kind: 'ready' });
  await vi.advanceTimersByTimeAsync(20_000);
  started[0]?.answer('report');
  await vi.advanceTimersByTimeAsync(45_000);
  expect(failures).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(failures.map(({ message }) => message)).toContain('a thread did not answer "report"');
});

test('a thread that neither begins nor fails is given up, and another may begin later', () => {
  vi.useFakeTimers();
  const { crew, started, failures, said, connect } = crewOf(startInto);
  connect();
  connect();
  expect(started).toHaveLength(1);
  vi.advanceTimersByTime(30_000);
  expect(started[0]?.hasEnded).toBe(true);
  expect([failures, crew.size]).toEqual([[], 1]);
  expect(said).toEqual(['a further thread cannot begin; going on with those that serve']);
  vi.advanceTimersByTime(60_000);
  connect();
  expect(started).toHaveLength(2);
  started[1]?.say({ kind: 'ready' });
  vi.advanceTimersByTime(30_000);
  expect(started[1]?.hasEnded).toBe(false);
});
