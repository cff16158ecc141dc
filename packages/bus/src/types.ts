import type { Argument, Interface, PolkitAction, WireDict, WireTypes } from '@tshub/contract';
import type { Variant } from './values.ts';

/** Signatures of foreign interfaces, beside the ones that ours use. */
export interface BusWireTypes extends WireTypes {
  v: Variant;
  x: bigint;
  'a(sv)': readonly (readonly [string, Variant])[];
  'a(sa(sv))': readonly (readonly [string, readonly (readonly [string, Variant])[]])[];
  /** Name, description, load state, active state, sub state, following, object path, job id, job type, job path. */
  'a(ssssssouso)': readonly (readonly [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    number,
    string,
    string,
  ])[];
  /** Id, unit, type, state, job path, unit path. */
  'a(usssoo)': readonly (readonly [number, string, string, string, string, string])[];
  '(sa{sv})': readonly [string, WireDict | Readonly<Record<string, Variant>>];
  '(bba{ss})': readonly [boolean, boolean, Readonly<Record<string, string>>];
}

export interface BusArgument {
  readonly name: string;
  readonly type: keyof BusWireTypes;
}

/** A table that can be called: one of ours, or a foreign one with only what calls need. */
export interface Callable {
  readonly busName: string;
  readonly path: string;
  readonly name: string;
  readonly methods: Readonly<
    Record<string, { readonly in: readonly BusArgument[]; readonly out: readonly BusArgument[] }>
  >;
}

export type BusArguments<A extends readonly BusArgument[]> = {
  -readonly [K in keyof A]: BusWireTypes[A[K]['type']];
};
export type BusResult<A extends readonly BusArgument[]> = A extends readonly []
  ? void
  : A extends readonly [infer One extends BusArgument]
    ? BusWireTypes[One['type']]
    : BusArguments<A>;

/** One function for each method of a table. */
export type Calls<I extends Callable> = {
  readonly [M in keyof I['methods']]: (
    ...args: BusArguments<I['methods'][M]['in']>
  ) => Promise<BusResult<I['methods'][M]['out']>>;
};

/** Who sent a method call, as the bus attests it. */
export interface BusCaller {
  /** Unique name, such as `:1.42`. */
  readonly sender: string;
  readonly uid: number;
  /** The message allows that its sender is asked for a password. */
  readonly interactive: boolean;
  /** Whether polkit lets the sender do this; uid 0 always may. `silent`: nobody is asked for a password, whatever the message allows. */
  authorize(action: PolkitAction, details?: Record<string, string>, options?: { silent?: boolean }): Promise<boolean>;
}

/** A function for each method and each property of a table. */
export interface Implementation<I extends Interface> {
  readonly methods: {
    readonly [M in keyof I['methods']]: (
      caller: BusCaller,
      ...args: BusArguments<I['methods'][M]['in']>
    ) => Promise<BusResult<I['methods'][M]['out']>>;
  };
  readonly properties: {
    readonly [P in keyof I['properties']]: () => WireTypes[I['properties'][P]['type']];
  };
}

/** A call that was refused before its arguments were looked at. */
export interface Refusal {
  readonly sender: string;
  readonly uid: number;
  readonly interface: string;
  readonly member: string;
}

export interface ServeOptions {
  /** The uid of an account that a table names; root may always call. */
  accountUid(account: string): Promise<number>;
  onRefused?(refusal: Refusal): void;
  /** Something that is not a TshubError came out of a method; the caller was told only the id. */
  onBug?(error: unknown, id: string): void;
}

export interface SignalMatch {
  /** Unique or well-known name; a well-known one is checked against its owner, because anyone may send a signal to anyone. */
  readonly sender?: string;
  readonly path?: string;
  readonly pathNamespace?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly arg0?: string;
}

/** A signal that came in; variants in `args` are unwrapped, `t` and `x` are bigint. */
export interface ReceivedSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly sender: string;
  /** Read when somebody asks. */
  readonly args: unknown[];
  /** Whether this text is somewhere in the arguments, which are not read for it. */
  readonly mentions: (text: string) => boolean;
}

export interface CallOptions {
  /** Default 25000; 0: wait for ever. */
  readonly timeoutMs?: number;
  /** Lets the service ask this process's user for a password. */
  readonly interactive?: boolean;
}

export interface RawCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  /** Default 25000; 0: wait for ever. */
  readonly timeoutMs?: number;
  readonly interactive?: boolean;
  /** Whether variants of the answer are given as what is in them. */
  readonly isBare?: boolean;
}

export interface Bus {
  /** This connection's own name, such as `:1.42`. */
  readonly uniqueName: string;
  /** Answers calls from now on: methods with the sender's uid, properties, introspection. */
  serve<I extends Interface>(table: I, implementation: Implementation<I>, options: ServeOptions): void;
  /** Sends a signal of a table, to everybody or to one connection. */
  emit<I extends Interface, S extends keyof I['signals'] & string>(
    table: I,
    signal: S,
    args: BusArguments<I['signals'][S]['args'] & readonly Argument[]>,
    destination?: string,
  ): void;
  /** Takes a well-known name; throws if another process has it. */
  own(name: string): Promise<void>;
  /** Typed calls of a table; failures are TshubError (ours, or daemon_away) or BusError. */
  calls<I extends Callable>(table: I, options?: CallOptions): Calls<I>;
  property<I extends Interface, P extends keyof I['properties'] & string>(
    table: I,
    name: P,
  ): Promise<WireTypes[I['properties'][P]['type']]>;
  /** Any call; values as values.ts has them. */
  raw(call: RawCall): Promise<unknown[]>;
  /** Hears signals until the returned function is called. */
  onSignal(match: SignalMatch, hear: (signal: ReceivedSignal) => void): Promise<() => void>;
  /** Hears who owns a name from now on; null for nobody. */
  onOwnerChange(name: string, hear: (owner: string | null) => void): Promise<() => void>;
  uidOf(name: string): Promise<number>;
  nameHasOwner(name: string): Promise<boolean>;
  /** Settles when the connection is gone without close(); a daemon ends then, and is restarted. */
  readonly lost: Promise<Error>;
  close(): Promise<void>;
}
