import { TshubError } from '@tshub/contract';
import type { Counters } from '../destination.ts';
import type { Counts } from '../metrics.ts';
import type { Routes } from '../routes.ts';
import type { FromThread, Question, Report, ToThread } from './messages.ts';
import type { Thread } from './thread.ts';

export interface MemberParts {
  readonly thread: Thread;
  readonly counters: Counters;
  readonly counts: Counts;
  readonly routes: Routes;
  readonly onReady: () => void;
  readonly onGone: (id: number) => void;
  readonly onFailure: (error: Error) => void;
}

/** A thread that answers nothing for so long never will. */
const answerMs = 30_000;

const nothing: Report = {
  requests: 0n,
  upgrades: 0,
  websockets: 0,
  answers: new Map(),
  handshakes: 0,
  handshakeFailures: 0,
  activity: {},
};

/** One further thread: what it is asked, and what it has counted. */
export class Member {
  isReady = false;
  #hasEnded = false;
  #parts: MemberParts;
  #asked = new Map<number, (problem: string | undefined) => void>();
  #lastId = 0;
  #reported = nothing;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    parts.thread.onMessage((message) => this.#hear(message));
    parts.thread.onFailure((error) => {
      this.#hasEnded = true;
      this.#answerAll(error.message);
      parts.onFailure(error);
    });
  }

  tell(message: ToThread): void {
    this.#parts.thread.tell(message);
  }

  busy(): number {
    return this.#parts.thread.busy();
  }

  /** One that is starting is told and not waited for: it has no connections. Rejects with what its thread says is wrong. */
  async ask(question: Question, deadlineMs = answerMs): Promise<void> {
    if (this.#hasEnded) return;
    const id = ++this.#lastId;
    const answered = new Promise<string | undefined>((resolve) => this.#asked.set(id, resolve));
    this.tell({ kind: 'question', id, question });
    if (!this.isReady) return;
    const failed = () => this.#parts.onFailure(new Error(`a thread did not answer "${question.kind}"`));
    let deadline: NodeJS.Timeout | undefined;
    // In halves: after this process was frozen, or its host, the first is over before anybody could answer.
    if (deadlineMs > 0) deadline = setTimeout(() => (deadline = setTimeout(failed, deadlineMs / 2)), deadlineMs / 2);
    const problem = await answered;
    clearTimeout(deadline);
    if (problem !== undefined) throw new TshubError('config_invalid', { problem });
  }

  /** Resolves when it has nothing left to serve, and is ended. */
  async close(hasSuccessor: boolean): Promise<void> {
    await this.ask({ kind: 'close', hasSuccessor }, 0);
    this.#hasEnded = true;
    // It has said all that it counts; whoever has just asked again would wait for nothing.
    this.#answerAll(undefined);
    this.#parts.thread.end();
  }

  #answerAll(problem: string | undefined): void {
    for (const answer of this.#asked.values()) answer(problem);
    this.#asked.clear();
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        this.isReady = true;
        return this.#parts.onReady();
      case 'gone':
        return this.#parts.onGone(message.id);
      case 'report':
        return this.#note(message.report);
      case 'answer': {
        const { id, problem } = message;
        this.#asked.get(id)?.(problem);
        this.#asked.delete(id);
      }
    }
  }

  /** Adds what has been counted since its last report to what this process counts. */
  #note(report: Report): void {
    const { counters, counts, routes } = this.#parts;
    const before = this.#reported;
    this.#reported = report;
    counters.requests += report.requests - before.requests;
    counters.upgrades += report.upgrades - before.upgrades;
    counters.otherWebsockets += report.websockets - before.websockets;
    for (const [status, count] of report.answers) {
      const fresh = count - (before.answers.get(status) ?? 0);
      if (fresh > 0) counters.answers.set(status, (counters.answers.get(status) ?? 0) + fresh);
    }
    counts.add('tshub_proxy_tls_handshakes', {}, report.handshakes - before.handshakes);
    counts.add('tshub_proxy_tls_handshake_failures', {}, report.handshakeFailures - before.handshakeFailures);
    routes.noteActivity(report.activity);
  }
}
