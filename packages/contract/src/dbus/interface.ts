import type { PolkitAction } from '../names.ts';

/** A value inside `v`; the bus package chooses its signature: s, b, i or x, d, t (bigint), as, ay, a{ss}. */
export type WireValue =
  | string
  | number
  | boolean
  | bigint
  | readonly string[]
  | Uint8Array
  | Readonly<Record<string, string>>;
export type WireDict = Readonly<Record<string, WireValue>>;

/** The D-Bus signatures that our interfaces use, and what they are in TypeScript. */
export interface WireTypes {
  b: boolean;
  i: number;
  o: string;
  s: string;
  t: bigint;
  u: number;
  as: readonly string[];
  ay: Uint8Array;
  'a{ss}': Readonly<Record<string, string>>;
  'a{st}': Readonly<Record<string, bigint>>;
  'a{sv}': WireDict;
  'a(ssua{ss})': readonly (readonly [string, string, number, Readonly<Record<string, string>>])[];
  'aa{sv}': readonly WireDict[];
}
export type Signature = keyof WireTypes;

export interface Argument {
  readonly name: string;
  readonly type: Signature;
}

/** Who may call: anyone on the bus; only one account's uid (and root); whoever polkit lets, for one of the actions named. */
export type Access =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'account'; readonly account: 'tshub' | 'tshub-culler' }
  | { readonly kind: 'polkit'; readonly actions: readonly PolkitAction[] };

/** What a daemon uses of tshub.toml: all settings as JSON, secrets hidden, and the keys that a reload has read and only a restart puts to use. */
export const settingsInUse = [
  { name: 'settings', type: 's' },
  { name: 'waiting', type: 'as' },
] as const satisfies readonly Argument[];

export interface Method {
  readonly says: string;
  readonly access: Access;
  readonly in: readonly Argument[];
  readonly out: readonly Argument[];
}
export interface Signal {
  readonly says: string;
  readonly args: readonly Argument[];
}
export interface Property {
  readonly says: string;
  readonly type: Signature;
  readonly emits: boolean;
}
export interface Interface {
  readonly busName: string;
  readonly path: string;
  readonly name: string;
  readonly says: string;
  readonly methods: Readonly<Record<string, Method>>;
  readonly signals: Readonly<Record<string, Signal>>;
  readonly properties: Readonly<Record<string, Property>>;
}

/** Argument tuple of a method, signal, … as TypeScript sees it. */
export type ArgumentsOf<A extends readonly Argument[]> = { -readonly [K in keyof A]: WireTypes[A[K]['type']] };
/** What a method returns: nothing, one value, or a tuple. */
export type ResultOf<A extends readonly Argument[]> = A extends readonly []
  ? void
  : A extends readonly [infer One extends Argument]
    ? WireTypes[One['type']]
    : ArgumentsOf<A>;
