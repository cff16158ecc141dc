import { TshubError } from '@tshub/contract';
import { callsOf } from './call.ts';
import { dbusDaemon } from './external.ts';
import type { Link, Message } from './link.ts';
import type { Calls, ReceivedSignal, SignalMatch } from './types.ts';

const busName = dbusDaemon.busName;

type Hear = (signal: ReceivedSignal) => void;
interface Listener {
  readonly match: SignalMatch;
  /** The unique name that signals must come from; null while nobody owns the name; undefined for any sender. */
  sender: string | null | undefined;
  readonly hear: Hear;
}

/** Match rules and who listens behind them. */
export class Signals {
  #daemon: Calls<typeof dbusDaemon>;
  #onProblem: (sentence: string, error: unknown) => void;
  /** Another list after each change: one that is gone through stays as it is. */
  #listeners: readonly Listener[] = [];

  constructor(link: Link, onProblem: (sentence: string, error: unknown) => void) {
    this.#daemon = callsOf(link, dbusDaemon);
    this.#onProblem = onProblem;
  }

  /** Hears what matches, from the moment the promise settles. */
  async listen(match: SignalMatch, hear: Hear): Promise<() => void> {
    const { sender } = match;
    const listener: Listener = { match, sender, hear };
    const stops: (() => void)[] = [];
    if (sender !== undefined && sender !== busName && !sender.startsWith(':')) {
      listener.sender = null;
      stops.push(await this.onOwnerChange(sender, (owner) => void (listener.sender = owner)));
      listener.sender = await this.#ownerOf(sender);
    }
    const rule = matchRule(match);
    this.#listeners = [...this.#listeners, listener];
    try {
      await this.#daemon.AddMatch(rule);
    } catch (error) {
      this.#remove(listener);
      for (const stop of stops) stop();
      throw error;
    }
    return () => {
      if (!this.#remove(listener)) return;
      for (const stop of stops) stop();
      // A rule that stays behind costs wake-ups only; a lost connection has none left.
      this.#daemon.RemoveMatch(rule).catch(() => undefined);
    };
  }

  onOwnerChange(name: string, hear: (owner: string | null) => void): Promise<() => void> {
    const match = { sender: busName, interface: busName, member: 'NameOwnerChanged', arg0: name };
    return this.listen(match, ({ args }) => hear(args[2] === '' ? null : (args[2] as string)));
  }

  /** Gives a signal to everyone who asked for it. */
  dispatch(message: Message): void {
    for (const listener of this.#listeners) {
      try {
        if (hears(listener, message)) listener.hear(told(message));
      } catch (error) {
        const { interface: iface, member } = message;
        this.#onProblem(`a listener to ${iface}.${member} failed; the signal is dropped`, error);
      }
    }
  }

  #remove(listener: Listener): boolean {
    const rest = this.#listeners.filter((one) => one !== listener);
    const isRemoved = rest.length < this.#listeners.length;
    this.#listeners = rest;
    return isRemoved;
  }

  async #ownerOf(name: string): Promise<string | null> {
    try {
      return await this.#daemon.GetNameOwner(name);
    } catch (error) {
      if (error instanceof TshubError && error.code === 'daemon_away') return null;
      throw error;
    }
  }
}

/** The rule that the bus filters by, as AddMatch wants it. */
export function matchRule(match: SignalMatch): string {
  const parts: [string, string | undefined][] = [
    ['sender', match.sender],
    ['path', match.path],
    ['path_namespace', match.pathNamespace],
    ['interface', match.interface],
    ['member', match.member],
    ['arg0', match.arg0],
  ];
  const wanted = parts.flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}='${value.replaceAll("'", "'\\''")}'`],
  );
  return ["type='signal'", ...wanted].join(',');
}

/** What listeners are given of a message. */
function told(message: Message): ReceivedSignal {
  const { path, interface: iface, member, sender } = message;
  return {
    path,
    interface: iface,
    member,
    sender,
    mentions: (text) => message.mentions(text),
    get args() {
      return message.args;
    },
  };
}

/** The bus filters by all rules of a connection together, and anyone may send a signal straight to us: so look again. */
function hears({ match, sender }: Listener, message: Message): boolean {
  const { pathNamespace: namespace } = match;
  return (
    (sender === undefined || sender === message.sender) &&
    (match.path === undefined || match.path === message.path) &&
    (namespace === undefined ||
      namespace === '/' ||
      message.path === namespace ||
      message.path.startsWith(`${namespace}/`)) &&
    (match.interface === undefined || match.interface === message.interface) &&
    (match.member === undefined || match.member === message.member) &&
    (match.arg0 === undefined || match.arg0 === message.body[0])
  );
}
