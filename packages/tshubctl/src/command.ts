import type { Bus, Callable, Calls } from '@tshub/bus';

/** The shape of a command: program.ts is a tree of these, and commander, the man page and the completions are made from it. */

/** What completions know the names of, from the hub and the settings. */
export type NameKind = 'group' | 'profile' | 'role' | 'server' | 'service' | 'user';

export interface ArgumentSpec {
  readonly name: string;
  readonly says: string;
  readonly isOptional?: boolean;
  /** The last one may be given more than once; all of them are at the end of what was typed. */
  readonly isList?: boolean;
  readonly choices?: readonly string[];
  /** It is the name of one that there is. */
  readonly names?: NameKind;
  /** It is a file of this host. */
  readonly isFile?: boolean;
}

export interface OptionSpec {
  /** Without dashes, such as `dry-run`. */
  readonly name: string;
  readonly short?: string;
  /** Name of its value; a switch without one. */
  readonly value?: string;
  /** May be given more than once. */
  readonly isList?: boolean;
  /** Its value is the name of one that there is. */
  readonly names?: NameKind;
  readonly says: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One imperative phrase, with a capital and without a full stop. */
  readonly says: string;
  /** Further sentences for the man page and the help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly commands?: readonly CommandSpec[];
  readonly run?: (context: Context, input: Input) => Promise<Outcome>;
}

/** What was typed. Arguments that were left out are undefined. */
export interface Input {
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly isJson: boolean;
}

/** What a command found: once as data, whose shape does not change within a major version, and once for people. */
export interface Outcome {
  readonly json?: unknown;
  readonly text: (screen: Screen) => string;
  /** 0 if left out. */
  readonly exit?: number;
}

/** Where text goes. */
export interface Screen {
  /** Undefined: not a terminal, any width. */
  readonly columns: number | undefined;
  readonly isColoured: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface RanProgram {
  readonly exit: number;
  readonly stdout: string;
}

/** What commands may use of the world. */
export interface Context {
  /** The login name of whoever runs tshubctl. */
  readonly user: string;
  readonly hostname: string;
  bus(): Promise<Bus>;
  /** Calls a service as is; if that is forbidden and there is a terminal, once more with leave to ask for a password. */
  ask<I extends Callable, T>(table: I, timeoutMs: number, work: (calls: Calls<I>) => Promise<T>): Promise<T>;
  /** How long the hub may take to answer; as long as it needs, if left out. */
  readonly patienceMs?: number;
  /** Says what is going on while a command runs; null if nobody watches. */
  readonly tell: ((line: string) => void) | null;
  /** Runs a program that writes to the terminal itself. */
  show(program: string, args: readonly string[]): Promise<number>;
  /** Runs a program for its output; null if it is not there. */
  read(program: string, args: readonly string[]): Promise<RanProgram | null>;
}
