import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorBusName, TshubError, type Interface, type Method } from '@tshub/contract';
import { callerOf, type CallerUids } from './caller.ts';
import { introspectionXml } from './introspect.ts';
import { messageFlags, messageTypes, type Link, type Message } from './link.ts';
import type { BusCaller, Implementation, ServeOptions } from './types.ts';
import { fromWire, toWire, variant } from './values.ts';

type AnyMethod = (caller: BusCaller, ...args: unknown[]) => Promise<unknown>;

interface Served {
  readonly table: Interface;
  readonly methods: Readonly<Record<string, AnyMethod>>;
  readonly properties: Readonly<Record<string, () => unknown>>;
  readonly options: ServeOptions;
}

interface Answer {
  readonly signature: string;
  readonly body: readonly unknown[];
}

const nothing: Answer = { signature: '', body: [] };
const errorPrefix = 'org.freedesktop.DBus.Error.';

/** A refusal in the bus's own words, for calls that no table describes. */
class Refused extends Error {
  readonly busName: string;

  constructor(name: string, message: string) {
    super(message);
    this.busName = errorPrefix + name;
  }
}

/** Everything that one connection serves. Nothing can be called that is not in a table. */
export class Server {
  #link: Link;
  #uids: CallerUids;
  #onProblem: (sentence: string, error: unknown) => void;
  #served: Served[] = [];

  constructor(link: Link, uids: CallerUids, onProblem: (sentence: string, error: unknown) => void) {
    this.#link = link;
    this.#uids = uids;
    this.#onProblem = onProblem;
  }

  add<I extends Interface>(table: I, implementation: Implementation<I>, options: ServeOptions): void {
    const methods = implementation.methods as unknown as Record<string, AnyMethod>;
    const properties = implementation.properties as unknown as Record<string, () => unknown>;
    this.#served.push({ table, methods, properties, options });
  }

  /** Answers one method call; never throws. */
  async handle(message: Message): Promise<void> {
    try {
      const { signature, body } = await this.#answer(message);
      this.#reply(message, { type: messageTypes.reply, signature, body });
    } catch (error) {
      this.#replyError(message, error);
    }
  }

  async #answer(message: Message): Promise<Answer> {
    if (message.interface === 'org.freedesktop.DBus.Peer') return answerPeer(message);
    const here = this.#served.filter(({ table }) => table.path === message.path);
    const children = this.#childrenOf(message.path);
    if (here.length === 0 && children.length === 0) throw new Refused('UnknownObject', `no object at ${message.path}`);
    if (message.interface === 'org.freedesktop.DBus.Introspectable' && message.member === 'Introspect') {
      return {
        signature: 's',
        body: [
          introspectionXml(
            here.map(({ table }) => table),
            children,
          ),
        ],
      };
    }
    if (message.interface === 'org.freedesktop.DBus.Properties') return answerProperties(message, here);
    const served = here.find(({ table }) =>
      message.interface === '' ? message.member in table.methods : table.name === message.interface,
    );
    const method =
      served !== undefined && Object.hasOwn(served.table.methods, message.member)
        ? served.table.methods[message.member]
        : undefined;
    if (served === undefined || method === undefined)
      throw new Refused('UnknownMethod', `no method ${message.member} at ${message.path}`);
    return this.#answerMethod(message, served, method);
  }

  async #answerMethod(message: Message, served: Served, method: Method): Promise<Answer> {
    const caller = await callerOf(this.#link, this.#uids, message, this.#onProblem);
    await requireAccount(caller, served, method, message.member);
    const expected = method.in.map(({ type }) => type).join('');
    if (message.signature !== expected) {
      throw new Refused(
        'InvalidArgs',
        `${message.member}: expected arguments "${expected}", found "${message.signature}"`,
      );
    }
    const args = method.in.map(({ type }, i) => fromWire(type, message.body[i]));
    const call = served.methods[message.member] as AnyMethod;
    try {
      const result = await call(caller, ...args);
      const values = method.out.length === 1 ? [result] : ((result ?? []) as unknown[]);
      return {
        signature: method.out.map(({ type }) => type).join(''),
        body: method.out.map(({ type }, i) => toWire(type, values[i])),
      };
    } catch (error) {
      throw this.#publicError(error, served);
    }
  }

  /** A TshubError as it is; for anything else only an id, which the hook gets with the error. */
  #publicError(error: unknown, served: Served): TshubError {
    if (error instanceof TshubError) return error;
    const id = randomBytes(6).toString('hex');
    if (served.options.onBug === undefined) this.#onProblem(`a call failed inside (id ${id})`, error);
    else served.options.onBug(error, id);
    return new TshubError('internal', { id }, { cause: error });
  }

  #reply(
    message: Message,
    reply: { type: number; signature: string; body: readonly unknown[]; errorName?: string },
  ): void {
    if ((message.flags & messageFlags.noReply) !== 0) return;
    this.#link.send({ ...reply, destination: message.sender, replySerial: message.serial });
  }

  #replyError(message: Message, error: unknown): void {
    const known = describe(error);
    if (known === undefined) this.#onProblem(`could not answer ${message.interface}.${message.member}`, error);
    const { errorName, text } = known ?? {
      errorName: `${errorPrefix}Failed`,
      text: 'the answer could not be sent',
    };
    try {
      this.#reply(message, {
        type: messageTypes.error,
        errorName,
        signature: 's',
        body: [text.replaceAll('\0', '')],
      });
    } catch (lost) {
      this.#onProblem('an error reply could not be sent; the caller is left waiting', lost);
    }
  }

  #childrenOf(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const below = this.#served.filter(({ table }) => table.path.startsWith(prefix) && table.path !== path);
    return [...new Set(below.map(({ table }) => table.path.slice(prefix.length).split('/')[0] ?? ''))];
  }
}

/** Comes before any look at the arguments: what a stranger sends is not even compared with a signature. */
async function requireAccount(
  caller: BusCaller,
  { table, options }: Served,
  { access }: Method,
  member: string,
): Promise<void> {
  if (access.kind !== 'account' || caller.uid === 0) return;
  if (caller.uid === (await options.accountUid(access.account))) return;
  options.onRefused?.({ sender: caller.sender, uid: caller.uid, interface: table.name, member });
  throw new TshubError('forbidden', {
    problem: `${table.name}.${member} is for ${access.account} only`,
  });
}

async function answerPeer({ member }: Message): Promise<Answer> {
  if (member === 'Ping') return nothing;
  if (member !== 'GetMachineId') throw new Refused('UnknownMethod', `no method org.freedesktop.DBus.Peer.${member}`);
  const id = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  if (id === '') throw new Refused('NotSupported', 'this host has no machine id');
  return { signature: 's', body: [id.trim()] };
}

function answerProperties({ member, signature, body }: Message, here: readonly Served[]): Answer {
  const [iface, name] = body as [string, string];
  const matching = here.filter(({ table }) => iface === '' || table.name === iface);
  const read = ({ table, properties }: Served, key: string) => {
    const type = table.properties[key]?.type ?? '';
    return variant(type, toWire(type, properties[key]?.()));
  };
  if (member === 'GetAll' && signature === 's') {
    const values = matching.flatMap((served) =>
      Object.keys(served.table.properties).map((key) => [key, read(served, key)] as const),
    );
    return { signature: 'a{sv}', body: [Object.fromEntries(values)] };
  }
  if (!(member === 'Get' && signature === 'ss') && !(member === 'Set' && signature === 'ssv')) {
    const isKnown = member === 'Get' || member === 'GetAll' || member === 'Set';
    throw new Refused(isKnown ? 'InvalidArgs' : 'UnknownMethod', `no method ${member} with arguments "${signature}"`);
  }
  const served = matching.find(({ table }) => Object.hasOwn(table.properties, name));
  if (served === undefined) throw new Refused('UnknownProperty', `no property ${iface}.${name}`);
  if (member === 'Set') throw new Refused('PropertyReadOnly', `${name} cannot be set`);
  return { signature: 'v', body: [read(served, name)] };
}

function describe(error: unknown): { errorName: string; text: string } | undefined {
  if (error instanceof TshubError) return { errorName: errorBusName(error.code), text: error.message };
  if (error instanceof Refused) return { errorName: error.busName, text: error.message };
  return undefined;
}
